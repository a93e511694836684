"""One cache of expressions for all documents of a test process: each form is written out once."""

import pytest


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory):
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True, scope="module")
def cache_of_documents(shared_cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROKDD_CACHE", shared_cache)
        yield
