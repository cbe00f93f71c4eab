"""The report in Debian's Chromium: silent, alone, and fit to be read by all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import browser
import pytest

from alopt.report.page import Chapter, report
from alopt.results.compare import compare

pytestmark = pytest.mark.skipif(browser.CHROMIUM is None, reason="no chromium here: apt-get install chromium")


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, baseline, capped) -> str:
    return report([Chapter(capped, compare(baseline, capped))], request.param)


def test_the_browser_asks_for_nothing_and_says_nothing(page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    opened = browser.open_page(path, tmp_path)
    assert opened.errors == []
    assert opened.requests == []
    assert "<svg" in opened.dom


def test_the_watch_sees_what_it_is_for(tmp_path):
    path = tmp_path / "bad.html"
    path.write_text('<img src="http://example.invalid/x.png"><script>console.error("oh")</script>')
    opened = browser.open_page(path, tmp_path)
    assert opened.requests == ["http://example.invalid/x.png"]
    assert any("oh" in line for line in opened.errors)


@pytest.mark.skipif(
    browser.axe_source() is None, reason="axe-core is not installed: pip install axe-core-python"
)
@pytest.mark.parametrize("width", [1200, 500])
def test_axe_finds_nothing_and_no_screen_is_too_narrow(page, tmp_path, width):
    path = tmp_path / "report.html"
    path.write_text(browser.probed(page), encoding="utf-8")
    found = browser.open_page(path, tmp_path, width).probe
    assert found["violations"] == []
    assert found["passes"] > 20
    assert found["wide"] <= found["screen"] <= width


@pytest.mark.skipif(
    browser.axe_source() is None, reason="axe-core is not installed: pip install axe-core-python"
)
def test_axe_finds_a_planted_fault(page, tmp_path):
    path = tmp_path / "report.html"
    faint = page.replace("--quiet: #565656", "--quiet: #b0b0b0")
    path.write_text(browser.probed(faint), encoding="utf-8")
    assert "color-contrast" in {one[0] for one in browser.open_page(path, tmp_path).probe["violations"]}


@pytest.mark.skipif(
    browser.axe_source() is None, reason="axe-core is not installed: pip install axe-core-python"
)
def test_no_word_is_wider_than_a_narrow_screen(baseline, capped, tmp_path):
    """The warning of two commits holds words without a break."""
    other = replace(baseline, manifest={**baseline.manifest, "commit": "0123456789" * 8})
    path = tmp_path / "report.html"
    page = report([Chapter(capped, compare(other, capped))])
    assert "0123456789" * 8 in page
    path.write_text(browser.probed(page), encoding="utf-8")
    found = browser.open_page(path, tmp_path, 500).probe
    assert found["wide"] <= found["screen"] <= 500


def test_it_prints(page, tmp_path):
    path: Path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    browser.run(
        tmp_path, f"--print-to-pdf={tmp_path / 'report.pdf'}", "--no-pdf-header-footer", path.as_uri()
    )
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
