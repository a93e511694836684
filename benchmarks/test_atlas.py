"""An atlas, where `grokdd.simulate` has one."""

import pytest

from grokdd.benchmarking import atlas_case

from .conftest import each_way

ATLAS = each_way(*atlas_case.cases())

if ATLAS:

    @pytest.mark.parametrize(("case", "way"), ATLAS)
    def test_atlas(timed, case, way):
        timed(case, way)
