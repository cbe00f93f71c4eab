"""The page of the shipped projects: what each asks, its figures, and why they are so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alopt.analysis.appraisal import appraise
from alopt.analysis.project import project_data
from alopt.data.projects import load_project, project_names
from alopt.data.schema import default_inputs
from alopt.pages import page_command

_PAGE = "projects/README.md"

_HEAD = """\
# Projects

{count} investments, each a file of this folder: a plant as it is, what is done to it, what that costs, and
every value with its source and range. `alopt project NAME` shows one: cash flow by year, returns before tax,
after tax and with debt, levelised cost before and after, break-evens, CO2e avoided, tornado, what waiting is
worth. A file may extend another and hold only what differs; `alopt project my.yaml` takes a file of your own,
and `--set KEY=VALUE` changes one field.

Figures below are before tax and debt, in real money without VAT, at the investor's rate of the file;
break-evens are with VAT, but for the American projects. A project is set beside the plant run on as it is, or
beside nothing where none stands. Working capital, tariffs and premiums are left out. Prices are those of one
month, held for the whole life, unless a file or `--run` gives a path: returns of new plants are those of that
month's metal price. `python -m alopt.analysis.project_list --write` renews this page.

| project | question | NPV, M CNY | IRR | pays back, years | power breaks even, CNY/MWh | metal, CNY/t |
|---|---|---|---|---|---|---|
"""

_REASONS = """
## Why

"""


def page(inputs: Path | None = None) -> str:
    """Return the page: one row per project, and the notes of each.

    Parameters
    ----------
    inputs : Path, optional
        Folder of the inputs; the shipped ones if not given.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    folder = default_inputs() if inputs is None else inputs
    names = project_names(folder)
    rows, notes = [], []
    for name in names:
        found = load_project(name, folder)
        vat = "_with_vat" if found.values["vat"] == "included" else ""
        summary, _ = appraise(found, project_data(found, folder, {}, None))
        rows.append(
            "| " + " | ".join([f"[{name}]({name}.yaml)", summary["question"], *_figures(summary, vat)]) + " |"
        )
        notes.append(f"- **{name}.** {summary['description']} {summary['note']}")
    text = "\n".join(rows) + "\n" + _REASONS + "\n".join(" ".join(note.split()) for note in notes)
    return _HEAD.format(count=len(names)) + text.replace("- **", "\n- **").replace("\n\n\n", "\n\n") + "\n"


def _figures(summary: dict[str, Any], vat: str) -> list[str]:
    known, even = summary["before_tax"], summary["break_even"]["before_tax"]
    rate, back = known["irr"], known["payback_years"]
    return [
        f"{known['npv_m_cny']:,.0f}",
        "none" if isinstance(rate, str) else f"{rate:.1%}",
        "never" if isinstance(back, str) else f"{back:.1f}",
        _even(even, f"power_cny_per_mwh{vat}", "power_pays"),
        _even(even, f"metal_cny_per_t{vat}", "metal_pays"),
    ]


def _even(found: dict[str, Any], key: str, pays: str) -> str:
    """A break-even and the side on which the project pays; – where the price does not matter."""
    value = found.get(key)
    if not isinstance(value, float):
        return "–"
    if value < 0:
        return "at any" if found[pays] == "above" else "at none"
    return f"{found[pays]} {value:,.0f}"


def main() -> int:
    """Print the page, or write it beside the projects."""
    return page_command("alopt.analysis.project_list", default_inputs() / _PAGE, page)


if __name__ == "__main__":
    raise SystemExit(main())
