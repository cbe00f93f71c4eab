"""One look for every figure: type, grid, colours that also differ in grey, saving."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from alopt.errors import SolveError, UsageError
from alopt.staging import staged_files

if TYPE_CHECKING:
    import altair as alt

#: Colours of Okabe and Ito, ordered so that neighbours differ in lightness as well.
INK = "#1a1a1a"
QUIET = "#5f5f5f"
REGION = "#8a4b00"
BLUE, ORANGE, GREEN, YELLOW = "#0072b2", "#e69f00", "#009e73", "#f0e442"
SKY, VERMILION, PURPLE, GREY = "#56b4e9", "#d55e00", "#cc79a7", "#bdbdbd"

FONT = "DejaVu Sans, Arial, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
FONT_ZH = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, DejaVu Sans, Arial, sans-serif"

#: Forms in which a figure is written.
ENDINGS = (".svg", ".png", ".html")

#: Width of one text column, px.
COLUMN = 640

#: Letters of a line of title and subtitle; a Chinese sign counts twice.
_TITLE, _SUBTITLE = 80, 108

#: The look of the house as the plotting library takes it; given at once, for each step copies the chart.
_LOOK: dict[str, Any] = {
    "background": "white",
    "padding": 12,
    "view": {"stroke": None},
    "title": {
        "fontSize": 15, "fontWeight": "bold", "color": INK, "subtitleFontSize": 12, "subtitleColor": QUIET,
        "offset": 10,
    },
    "axis": {
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelColor": INK,
        "titleColor": INK, "domainColor": QUIET, "tickColor": QUIET, "gridColor": "#e6e6e6",
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12},
    "text": {"fontSize": 12, "color": INK},
}  # fmt: skip

_INSTALL = "Figures need altair and vl-convert-python: pip install 'alopt[report]'."


def altair() -> Any:  # noqa: ANN401
    """Import the plotting library, or say how to install it."""
    try:
        import altair  # noqa: PLC0415
        import vl_convert  # noqa: F401, PLC0415
    except ImportError:
        raise UsageError(_INSTALL) from None
    altair.data_transformers.disable_max_rows()
    altair.data_transformers.consolidate_datasets = False
    return altair


class _Rows:
    """Rows of a chart, which the library passes on whole; lists it copies at every step."""

    _schema: ClassVar[dict[str, Any]] = {"type": "array"}

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def to_dict(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:  # noqa: ANN401, ARG002
        """Return the rows; the library's form of writing itself out."""
        return self.rows


def data(values: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    """Return rows as the data of a chart."""
    return altair().Data(values=_Rows(values))


def dressed(chart: alt.TopLevelMixin, title: str, subtitle: str = "") -> Any:  # noqa: ANN401
    """Give a chart its title and the look of the house; long lines are broken."""
    lines = [part for line in subtitle.split("\n") if line for part in broken(line, _SUBTITLE)]
    title_lines = broken(title, _TITLE)
    font = FONT_ZH if re.search(r"[\u4e00-\u9fff]", title + subtitle) else FONT
    head = {"text": title_lines, "subtitle": lines, "anchor": "start"}
    return chart.properties(title=head, config={"font": font, **_LOOK})


def small_title(text: str) -> dict[str, Any]:
    """Return the title of one plot of several."""
    return {"text": text, "fontSize": 12, "fontWeight": "normal", "offset": 8, "anchor": "start"}


def broken(text: str, most: int) -> list[str]:
    """Break a line between words, or between Chinese signs, so that none is longer than may be.

    >>> broken("capacity by cell", 10)
    ['capacity', 'by cell']
    """
    lines, line, used = [], "", 0
    for piece in re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+", text):
        size = sum(2 if ord(sign) > 0x2E7F else 1 for sign in piece)
        closes = piece in "，。；：、）"
        if used + size > most and line.strip() and not closes:
            lines.append(line.strip())
            line, used = "", 0
        line, used = line + piece, used + size
    return [*lines, line.strip()] if line.strip() else lines


def specification(chart: Callable[[], alt.TopLevelMixin]) -> dict[str, Any]:
    """Make a figure fast: what it says is not checked against the library's schema, which tests do.

    Parameters
    ----------
    chart : callable
        Makes the figure.

    Returns
    -------
    dict
        In the language of Vega-Lite.
    """
    altair()
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415

    with debug_mode(False):
        return dict(chart().to_dict(validate=False))


def picture(specification: dict[str, Any]) -> str:
    """Draw a specification as the text of an SVG."""
    import vl_convert  # noqa: PLC0415

    return str(vl_convert.vegalite_to_svg(specification))


def warm() -> None:
    """Load the renderer and draw nothing once, which makes the first figure as fast as the others."""
    with suppress(ImportError):  # said by :func:`altair` where figures are made
        picture({"data": {"values": [{}]}, "mark": "text", "encoding": {"text": {"value": "0"}}})


def save_as(chart: alt.TopLevelMixin, path: Path) -> None:
    """Write a figure, whole or not at all, to a file whose ending is one of :data:`ENDINGS`.

    Raises
    ------
    SolveError
        If it cannot be written.
    """
    altair()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged_files(path.parent) as place:
            file = str(place / path.name)
            if path.suffix == ".png":
                chart.save(file, scale_factor=2)
            elif path.suffix == ".html":
                chart.save(file, inline=True)
            else:
                chart.save(file)
    except OSError as error:
        raise SolveError(f"The figure could not be written to {path}: {error.strerror or error}.") from None


def save(chart: alt.TopLevelMixin, folder: Path, name: str) -> list[Path]:
    """Write a figure as SVG, PNG (twice the size) and a page that works without a network."""
    paths = [folder / f"{name}{ending}" for ending in ENDINGS]
    for path in paths:
        save_as(chart, path)
    return paths
