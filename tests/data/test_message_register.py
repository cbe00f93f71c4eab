"""Register: every rule that the code can name stands in a test of this folder.

A rule is the text before its mend, or a text assigned to ``rule``. Where a rule holds values,
its longest fixed part must stand in a test. A new rule without a broken table fails here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import alopt

PACKAGE = Path(alopt.__file__).parent
SOURCES = (
    *sorted((PACKAGE / "data").glob("*.py")),
    *sorted((PACKAGE / "policies").glob("*.py")),
    PACKAGE / "cli.py",
)
TESTS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(Path(__file__).parent.glob("test_*.py"))
    if path != Path(__file__)
)


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
    places = [place for place, rule in REGISTER if rule == text]
    assert text in TESTS, f"no test names the rule of {', '.join(places)}"
