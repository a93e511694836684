"""The repository is what its own files say: every path in the settings exists, and the walls of the house stand."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
HOUSE = ("analytic", "simulate", "empirical")

DEFINITIONS = {"cache_folder", "errors", "exact", "lazy", "pattern", "rules", "model", "training_curves"}
DEFINITIONS |= {"kinds", "parameters"}
"""The files of analytic that need NumPy alone, which other packages may import."""
JUDGES = {"fits", "verdict"}
"""The files of empirical that may know the pattern model; whatever trains and measures may not."""


def settings_paths():
    """Every path that a tool's settings in pyproject.toml name, with where it stands."""
    tools = SETTINGS["tool"]
    yield from (("pytest testpaths", path) for path in tools["pytest"]["ini_options"]["testpaths"])
    yield from (("pyright include", path) for path in tools["pyright"]["include"])
    yield from (("pyright strict", path) for path in tools["pyright"]["strict"])
    yield from (("ruff per-file-ignores", path) for path in tools["ruff"]["lint"]["per-file-ignores"])
    for package, patterns in tools["setuptools"]["package-data"].items():
        yield from (("setuptools package-data", f"{package.replace('.', '/')}/{pattern}") for pattern in patterns)
    for name in tools["setuptools"]["packages"]["find"]["include"]:
        yield "setuptools packages", name.replace(".", "/")
    yield from (("project", path) for path in [SETTINGS["project"]["readme"], *SETTINGS["project"]["license-files"]])


@pytest.mark.parametrize(("where", "path"), list(settings_paths()))
def test_every_path_in_the_settings_exists(where, path):
    assert list(REPOSITORY.glob(path)), f"{where} names {path}, which does not exist"


@pytest.mark.parametrize("package", HOUSE)
def test_the_packages_are_relative_links_in_grokdd(package):
    link = REPOSITORY / "grokdd" / package
    assert os.readlink(link) == f"../{package}"
    assert link.resolve() == REPOSITORY / package


@pytest.mark.parametrize("package", HOUSE)
def test_a_bare_import_is_refused_in_one_line(package):
    done = subprocess.run(
        [sys.executable, "-c", f"import {package}"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"ImportError: import grokdd.{package}, not {package}: ")


def imports_of(path):
    """The modules of the house that a file imports, as (package, file): ("analytic", "model")."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        # Where the import leads, from the top of the house: the dots lead up, the module leads down again.
        up = path.relative_to(REPOSITORY).parent.parts
        names = [*up[: len(up) - node.level + 1], *(node.module.split(".") if node.module else [])]
        found = [(*names, alias.name) for alias in node.names] if len(names) < 2 else [tuple(names)]
        yield from ((one[0], one[1] if len(one) > 1 else "") for one in found)


def files_of(package):
    return sorted((REPOSITORY / package).rglob("*.py"))


def test_the_reader_of_imports_sees_them():
    assert ("analytic", "model") in set(imports_of(REPOSITORY / "simulate" / "evaluate.py"))
    assert ("empirical", "configuration") in set(imports_of(REPOSITORY / "empirical" / "training.py"))
    deep = set(imports_of(REPOSITORY / "empirical" / "tasks" / "split.py"))
    assert {("analytic", "errors"), ("empirical", "demands"), ("empirical", "tasks")} <= deep


@pytest.mark.parametrize("package", HOUSE)
def test_inside_the_house_imports_are_relative(package):
    """What `imports_of` cannot see: from grokdd.analytic import ... in a file of the package itself."""
    for path in files_of(package):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in modules if name.split(".")[0] in ("grokdd", *HOUSE)], path


@pytest.mark.parametrize("path", files_of("analytic"), ids=lambda path: path.name)
def test_analytic_imports_nothing_else_of_the_house(path):
    assert {package for package, _ in imports_of(path)} <= {"analytic"}


@pytest.mark.parametrize("path", files_of("simulate"), ids=lambda path: path.name)
def test_simulate_imports_definitions_alone(path):
    others = {(package, file) for package, file in imports_of(path) if package != "simulate"}
    assert {package for package, _ in others} <= {"analytic"}
    assert {file for _, file in others if file.islower()} <= DEFINITIONS


@pytest.mark.parametrize("path", files_of("empirical"), ids=lambda path: path.name)
def test_training_and_measuring_know_nothing_of_the_model(path):
    if path.stem in JUDGES or path.parent.name in JUDGES or path.stem == "__init__":
        return
    outside = {(package, file) for package, file in imports_of(path) if package != "empirical"}
    inside = {file for package, file in imports_of(path) if package == "empirical"}
    assert outside <= {("analytic", file) for file in ("errors", "lazy", "training_curves")}
    assert not inside & JUDGES


def outside_modules(path):
    """The packages from outside that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", files_of("simulate"), ids=lambda path: path.name)
def test_simulate_needs_numba_in_two_files_and_torch_in_one_folder(path):
    found = set(outside_modules(path))
    assert "numba" not in found or path.name in ("compile.py", "instructions.py")
    assert "torch" not in found or path.parent.name == "tensors"


def test_imports_from_outside_are_seen():
    assert "numba" in set(outside_modules(REPOSITORY / "simulate" / "compile.py"))
    assert "torch" in set(outside_modules(REPOSITORY / "simulate" / "tensors" / "blocks.py"))


def loaded_by(statement):
    """The heavy modules that a fresh interpreter has loaded after a statement."""
    heavy = ("sympy", "flint", "z3", "numba", "torch", "scipy", "matplotlib", "pyarrow")
    code = f"import sys\n{statement}\nprint(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "from grokdd.analytic import Curves, Mean, Pattern, PatternModel, Preferred, presets; presets.grokking()",
        "import grokdd.simulate",
        "import grokdd.empirical",
    ],
)
def test_records_and_packages_load_nothing_heavy(statement):
    assert loaded_by(statement) == set()


def test_a_heavy_import_is_seen():
    assert "sympy" in loaded_by("from grokdd.analytic import acc_test")


def test_the_workflow_files_name_targets_that_exist():
    lines = (REPOSITORY / "Makefile").read_text().splitlines()
    targets = {line.split(":")[0] for line in lines if line[:1].isalpha()}
    assert {"demo", "test", "slow", "lint", "bench"} <= targets
    assert "make test" in (REPOSITORY / ".ci" / "run").read_text()
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)
