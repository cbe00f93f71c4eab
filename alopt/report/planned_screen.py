"""The planned fleet's cost curve beside the standing one on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from alopt.analysis.planned_curve import regions
from alopt.report.screen import grid, page

if TYPE_CHECKING:
    from alopt.analysis.planned_curve import PlannedCurve

#: Differences below this are not shown, CNY/t.
_VISIBLE = 0.5


def planned_screen(curve: PlannedCurve) -> str:
    """Render both curves for a terminal.

    Parameters
    ----------
    curve : PlannedCurve

    Returns
    -------
    str
    """
    text, console = page()
    summary = curve.summary
    base, year = summary["base_year"], summary["year"]
    console.print(
        f"[bold]Cost curve of {summary['scenario']}: the fleet planned for {year} beside that "
        f"standing in {base}[/bold], both at the prices of {summary['month']}; CNY/t with VAT"
    )
    console.print(_totals(summary))
    console.print(_provinces(summary))
    console.print(_components(summary))
    for line in _answers(summary):
        console.print(line)
    return text.getvalue().rstrip()


def _totals(summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    old, new = summary["standing"], summary["planned"]
    table = grid("", "", [f"standing {summary['base_year']}", f"planned {summary['year']}", "difference"])
    rows = [
        ("output at availability, Mt", old["output_mt"], new["output_mt"], ",.1f"),
        ("sites", old["smelters"], new["smelters"], ",.0f"),
        *(
            (f"{name} full cost", old[key]["full_cost_cny_per_t"], new[key]["full_cost_cny_per_t"], ",.0f")
            for name, key in (("lowest", "lowest"), ("highest", "highest"))
        ),
        ("mean full cost", old["mean_full_cost_cny_per_t"], new["mean_full_cost_cny_per_t"], ",.0f"),
        ("mean cash cost", old["mean_cash_cost_cny_per_t"], new["mean_cash_cost_cny_per_t"], ",.0f"),
    ]
    for name, one, two, form in rows:
        table.add_row(name, format(one, form), format(two, form), format(two - one, "+" + form))
    return table


def _provinces(summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    base, year = summary["base_year"], summary["year"]
    columns = [f"Mt {base}", f"Mt {year}", f"mean {base}", f"mean {year}", "difference"]
    table = grid("By province: output and mean full cost", "province", columns)
    for name, old, new in regions(summary):
        amounts = [f"{row['output_mt']:.2f}" if row else "–" for row in (old, new)]
        means = [f"{row['mean_cny_per_t']:,.0f}" if row else "–" for row in (old, new)]
        change = f"{new['mean_cny_per_t'] - old['mean_cny_per_t']:+,.0f}" if old and new else "–"
        table.add_row(name, *amounts, *means, change)
    return table


def _components(summary: Mapping[str, Any]) -> Any:  # noqa: ANN401
    table = grid("What the mean is made of", "component", ["standing", "planned", "difference"])
    for name, change in summary["difference_by_component_cny_per_t"].items():
        one, two = (summary[f]["components_cny_per_t"][name] for f in ("standing", "planned"))
        shown = f"{change:+,.0f}" if abs(change) >= _VISIBLE else "·"
        table.add_row(name.replace("_", " "), f"{one:,.0f}", f"{two:,.0f}", shown)
    return table


def _answers(summary: Mapping[str, Any]) -> Iterator[str]:
    change = summary["planned"]["mean_full_cost_cny_per_t"] - summary["standing"]["mean_full_cost_cny_per_t"]
    by = summary["difference_by_cause_cny_per_t"]
    yield (
        f"The mean moves by {change:+,.0f} CNY/t: {by['closing']:+,.0f} because what closes or shrinks "
        f"is not average, {by['changing']:+,.0f} where capacity stays (cells, power), "
        f"{by['coming']:+,.0f} by what comes."
    )
    metal = summary["planned"]["metal_price_cny_per_t"]
    if metal is not None:
        one, two = (f"{summary[fleet]['profitable_share']:.0%}" for fleet in ("standing", "planned"))
        yield (
            f"At a metal price of {metal:,.0f}, {one} of the standing output and {two} of the planned one "
            "cover their full cost."
        )
    yield (
        "Prices are those of the month for both; the standing fleet draws power by rule, the planned one "
        "as in the plan. Depreciation is the trade's mean: the plan's new capital is not in it."
    )
