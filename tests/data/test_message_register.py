"""Register: every rule that the code can name stands in a test of this folder.

A rule is the text before its mend, or a text assigned to ``rule``. Where a rule holds values,
its longest fixed part must stand in a test. A new rule without a broken table fails here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import alopt

PACKAGE = Path(alopt.__file__).parent
SOURCES = (
    *sorted((PACKAGE / "data").glob("*.py")),
    *sorted((PACKAGE / "policies").glob("*.py")),
    PACKAGE / "cli.py",
    *sorted((PACKAGE / "commands").glob("*.py")),
)
#: Modules whose usage errors must stand in a test, of this folder or of the commands.
COMMANDS = (
    PACKAGE / "cli.py",
    *sorted((PACKAGE / "commands").glob("*.py")),
    PACKAGE / "init.py",
    PACKAGE / "staging.py",
    PACKAGE / "results" / "write.py",
)
HERE = sorted(path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__))
CLI = sorted(
    path
    for folder in ("cli", "compare", "analysis", "report")
    for path in (Path(__file__).parent.parent / folder).glob("test_*.py")
)


#: Start of a whole message: file, row, column.
WHOLE = re.compile(r"\.(csv|yaml)(, row \d+)?(, column \S+)?: |--set(, column \S+)?: ")


@dataclass(frozen=True)
class Text:
    """A text that a test asserts; ``placed`` where the test names file and place besides the rule."""

    text: str
    placed: bool


def asserted(path: Path) -> Iterator[Text]:
    """Yield texts of a test module that are no docstrings; comments do not count either.

    A table of cases names the place if a test that uses it does.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    sources = [ast.unparse(node) for node in tree.body if isinstance(node, ast.FunctionDef)]
    for node in tree.body[1:]:  # after the docstring
        users = [ast.unparse(node)]
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            users = [text for text in sources if re.search(rf"\b{ast.unparse(target)}\b", text)]
        functions = [inner for inner in ast.walk(node) if isinstance(inner, ast.FunctionDef)]
        docstrings = {f.body[0].value for f in functions if isinstance(f.body[0], ast.Expr)}
        placed = any(names_place(text) for text in users)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner not in docstrings:
                whole = re.search(
                    r"\.(csv|yaml)(, row \d+)?(, column \S+)?: |--set(, column \S+)?: ", inner.value
                )
                yield Text(inner.value, placed or whole is not None)


def names_place(source: str) -> bool:
    """Whether a test compares whole problems, or a problem's file besides its rule."""
    return "Problem(" in source or bool(re.search(r"\b\w+\.file\b", source))


TEXTS = [text for path in HERE for text in asserted(path)]
COMMAND_TEXTS = "\n".join(text.text for path in (*HERE, *CLI) for text in asserted(path))


def fixed_part(node: ast.expr) -> str:
    """Return the longest fixed part of a text, or nothing where the node is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [p.value for p in node.values if isinstance(p, ast.Constant)]
        return max((part.strip(" '\"()") for part in parts), key=len, default="")
    return ""


def is_mend(node: ast.expr) -> bool:
    """A mend is a sentence: capital first, full stop last (or a value that ends it)."""
    if isinstance(node, ast.Name):
        return node.id in {"mend", "form"}
    text = fixed_part(node)
    if isinstance(node, ast.JoinedStr):
        return text[:1].isupper() or "mend" in ast.unparse(node) or "hint" in ast.unparse(node)
    return text[:1].isupper() and text.endswith(".")


def rules(source: Path) -> Iterator[tuple[int, str]]:
    """Line and fixed part of each rule in a file."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        pairs: list[tuple[ast.expr, ast.expr | None]] = []
        if isinstance(node, ast.Call):
            pairs = list(zip(node.args, node.args[1:], strict=False))
        elif isinstance(node, ast.Tuple):
            pairs = list(zip(node.elts, node.elts[1:], strict=False))
        for rule, mend in pairs:
            if mend is not None and is_mend(mend) and (text := fixed_part(rule)):
                yield rule.lineno, text
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["rule"]:
            yield node.lineno, fixed_part(node.value)


REGISTER = sorted(
    {
        (f"{source.relative_to(PACKAGE)}:{line}", text)
        for source in SOURCES
        for line, text in rules(source)
        if text
    }
)


def test_the_register_finds_the_rules():
    texts = {text for _, text in REGISTER}
    assert len(REGISTER) > 90
    assert {
        "the table is missing",
        "the step leads nowhere",
        "no such policy",
        "is no ratio from 1 to 10",
    } <= texts


@pytest.mark.parametrize("text", sorted({text for _, text in REGISTER}))
def test_every_rule_has_a_test(text: str):
    """A test that asserts the rule as a whole text, and the file and place with it."""
    places = [place for place, rule in REGISTER if rule == text]
    start, end = (r"\b" if sign.isalnum() else "" for sign in (text[0], text[-1]))
    pattern = re.compile(f"{start}{re.escape(text)}{end}")
    found = [entry for entry in TEXTS if pattern.search(entry.text)]
    assert found, f"no test names the rule of {', '.join(places)}"
    assert any(entry.placed for entry in found), f"no test names the place of {', '.join(places)}"


def usage_errors(source: Path) -> Iterator[tuple[int, str]]:
    """Line and fixed part of each usage error that a module raises."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"UsageError", "SolveError"}:
            yield node.lineno, fixed_part(node.args[0])


USAGE = sorted(
    {(f"{s.relative_to(PACKAGE)}:{line}", text) for s in COMMANDS for line, text in usage_errors(s)}
)


@pytest.mark.parametrize(("place", "text"), USAGE)
def test_every_usage_error_has_a_test(place: str, text: str):
    reason = re.split("[;:]", text)[0].strip(". ")
    assert reason in COMMAND_TEXTS, f"no test names the error of {place}"
