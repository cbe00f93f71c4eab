"""The page of published figures is what the models now give, and counts its misses."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from . import page as made
from .page import DECIMALS, PAGE, counts, main, page, row, short
from .published_figures import FIGURES


def test_the_page_is_not_stale():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.published.page --write"


def test_every_figure_has_a_line_in_its_theme():
    text = PAGE.read_text(encoding="utf-8")
    for theme in {figure.theme for figure in FIGURES}:
        table = text.split(f"\n## {theme}\n")[1].split("\n## ")[0]
        lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
        assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == [
            figure.name for figure in FIGURES if figure.theme == theme
        ]


def test_the_head_counts_every_row_once():
    rows = re.findall(r"^\| .+? \| (\d+) \| (\d+|–) \| (\d+|–) \|$", counts(FIGURES), flags=re.MULTILINE)
    assert sum(int(total) for total, _, _ in rows) == len(FIGURES)
    assert sum(int(hits) for _, hits, _ in rows if hits != "–") == sum(f.hit is True for f in FIGURES)
    assert sum(int(misses) for _, _, misses in rows if misses != "–") == sum(f.hit is False for f in FIGURES)


def test_a_line_shows_what_the_model_says_not_what_is_recorded():
    """A figure that no longer agrees reads as a miss even while its record says hit."""
    figure = next(f for f in FIGURES if f.name == "Output of primary aluminium, 2024")
    assert "| 44.0 | 43.12 to 44.88 (two per cent) | hit | yes |" in row(figure)
    assert "| **miss**, +2 % |" in row(
        replace(figure, published=43.0, tolerance=made.Tolerance(42, 43.9, ""))
    )


def test_every_unit_says_its_digits():
    assert {figure.unit for figure in FIGURES} == set(DECIMALS)


def test_long_citations_are_short_in_the_tables_and_whole_below():
    tables, sources = PAGE.read_text(encoding="utf-8").split("\n## Sources\n")
    for long, brief in made.SHORT.items():
        assert long not in tables
        assert f"- {brief}: {long}." in sources
        assert brief in tables
        assert short(f"{long}: more") == f"{brief}: more"


def test_the_command_prints_or_writes(
    tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(made, "PAGE", tmp_path / "page.md")
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert not made.PAGE.exists()
    assert main(["--write"]) == 0
    assert made.PAGE.read_text(encoding="utf-8") == printed == page()
