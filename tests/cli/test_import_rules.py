"""Who may import what: Pyomo, the solver, files and tables each have their place.

The rules are read from the syntax trees, so that an import inside a function counts too.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import alopt

PACKAGE = Path(alopt.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def tree(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def nodes(module: str, *, typing: bool) -> Iterator[ast.AST]:
    """Every node of a module's tree; without ``typing`` not those under `if TYPE_CHECKING:`."""
    queue: list[ast.AST] = [tree(module)]
    while queue:
        node = queue.pop()
        unused = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing
        yield node
        queue += node.orelse if unused else list(ast.iter_child_nodes(node))


def imports(module: str, *, typing: bool = True) -> Iterator[str]:
    """Names of all modules that a module imports, and of what it imports from them."""
    for node in nodes(module, typing=typing):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, *folders: str) -> bool:
    return any(module.startswith(f"{folder}/") for folder in folders)


def tops(module: str, *, typing: bool = True) -> set[str]:
    return {name.partition(".")[0] for name in imports(module, typing=typing)}


@pytest.mark.parametrize("module", MODULES)
def test_only_model_policies_and_solve_import_pyomo(module):
    if not within(module, "model", "policies", "solve"):
        assert "pyomo" not in tops(module)


@pytest.mark.parametrize("module", MODULES)
def test_only_solve_names_a_solver(module):
    """Neither the solver's package nor the module that wraps it is imported from outside."""
    if not within(module, "solve"):
        named = [name for name in imports(module) if "highs" in name.lower()]
        assert not named


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "model", "policies")])
def test_model_and_policies_read_no_file(module):
    """No module for files or formats, and no call that opens one."""
    assert not tops(module) & {"csv", "io", "json", "os", "pandas", "pathlib", "shutil", "sqlite3", "yaml"}
    calls = [node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    names |= {call.attr for call in calls if isinstance(call, ast.Attribute)}
    assert not names & {"open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv"}


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "report")])
def test_report_computes_nothing(module):
    """It shows results: no arithmetic package, no model, no solver, no inputs."""
    assert not tops(module, typing=False) & {"numpy", "pyomo", "scipy", "highspy"}
    barred = ("alopt.data", "alopt.model", "alopt.policies", "alopt.solve", "alopt.finance")
    assert not [name for name in imports(module, typing=False) if name.startswith(barred)]


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "data")])
def test_data_knows_no_model(module):
    """The inputs stand alone, but that the settings of policies are checked with them."""
    assert not tops(module) & {"pyomo", "numpy", "pandas"}
    barred = ("alopt.model.", "alopt.solve", "alopt.results", "alopt.report")
    assert not [name for name in imports(module) if name.startswith(barred)]


@pytest.mark.parametrize("module", ["electrolysis.py", "finance.py", "errors.py"])
def test_formulas_and_errors_stand_alone(module):
    assert not [name for name in imports(module) if name.startswith("alopt")]
