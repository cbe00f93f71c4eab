"""The abatement cost curve on one screen, and why the expert curve is another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from alopt.report.screen import grid, page

if TYPE_CHECKING:
    from alopt.analysis.abatement import AbatementCurve

#: What brings the tonnes of a step, in the words of the screen.
EFFECTS = {
    "technology": "cells",
    "power_mix": "power",
    "location": "location",
    "activity": "less output",
}

#: Carbon price at which the two curves are set beside each other, CNY/t.
_BESIDE = 100.0

#: Amounts below this are not worth a word, Mt CO2e a year.
_VISIBLE = 0.05

#: Share of what is saved that is emitted abroad instead, from which on it is said.
_LEAK = 0.005


def abatement_screen(curve: AbatementCurve) -> str:
    """Render an abatement curve for a terminal.

    Parameters
    ----------
    curve : AbatementCurve

    Returns
    -------
    str
    """
    text, console = page()
    summary, rows = curve.summary, list(curve.steps.records())
    boundary = summary["boundary"].replace("_", " ")
    span = f"{summary['first_year']} to {summary['last_year']}"
    console.print(
        f"[bold]Abatement cost curve of {summary['scenario']}[/bold]: {boundary}; "
        f"means of a year over {span}{_weighing(summary)}; "
        f"real {summary['price_year']} {summary['currency']} without VAT"
    )
    console.print(f"[dim]{_stepped(summary)}[/dim]")
    console.print(_costs(rows))
    console.print(_measures(rows))
    console.print(_plans(rows))
    if curve.measures.rows:
        console.print(_expert(curve))
    else:
        console.print("No measure of the tables saves emissions on this fleet: there is no expert curve.")
    for line in [*(_why(summary) if curve.measures.rows else ()), *_leaked(rows), _checked(summary)]:
        console.print(line)
    return text.getvalue().rstrip()


def _weighing(summary: Mapping[str, Any]) -> str:
    return ", weighted as money is (early years count more)" if summary["stepped"] == "price" else ""


def _stepped(summary: Mapping[str, Any]) -> str:
    if summary["stepped"] == "price":
        what = "The same real carbon price in every year, on every tonne, without free allocation."
    else:
        what = "A budget over all years; its price is the present value of one more tonne in it."
    if summary["solved"] < summary["asked"]:
        what += f" No plan meets the {summary['asked'] - summary['solved']} tightest."
    if summary["set_aside"]:
        what += f" The scenario's own {' and '.join(summary['set_aside'])} are set aside."
    return what


def _costs(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    columns = ["emitted", "saved", "last, CNY/t", "mean, CNY/t", "bn CNY", "abroad", "net"]
    budgets = rows[-1]["budget_mt"] is not None
    name = "price, CNY/t"
    title = "Mt CO2e a year, cost of the last step and the mean; net: less what more is emitted abroad"
    table = grid(title, name, ["budget, Mt", *columns] if budgets else columns)
    for row in rows:
        budget = [_money(row["budget_mt"])] if budgets else []
        table.add_row(
            _money(row["price_cny_per_t"]),
            *budget,
            f"{row['emissions_mt_per_a']:,.1f}",
            f"{row['abated_mt_per_a']:,.1f}",
            _money(row["step_cost_cny_per_t"]),
            _money(row["average_cost_cny_per_t"]),
            f"{row['resource_cost_m_cny_per_a'] / 1000:,.1f}",
            f"{row['outside_mt_per_a']:,.1f}",
            f"{row['abated_with_outside_mt_per_a']:,.1f}",
        )
    return table


def _money(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _measures(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    effects = dict(EFFECTS)
    if any(abs(row["step_beyond_smelters_mt_per_a"]) > _VISIBLE for row in rows):
        effects["beyond_smelters"] = "beyond smelters"
    columns = [*effects.values(), "all"]
    table = grid("What brings the tonnes of each step, Mt CO2e a year", "price, CNY/t", columns)
    for one, two in pairwise(rows):
        cells = [two[f"step_{effect}_mt_per_a"] for effect in effects]
        cells.append(two["abated_mt_per_a"] - one["abated_mt_per_a"])
        table.add_row(f"{two['price_cny_per_t']:,.0f}", *(_signed(cell) for cell in cells))
    return table


def _plans(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    named = {
        "captive_twh_per_a": ("own coal, TWh", ",.0f"), "bought_twh_per_a": ("bought, TWh", ",.0f"),
        "output_mt_per_a": ("output, Mt", ",.1f"), "imports_mt_per_a": ("imports, Mt", ",.1f"),
        "relined_mt_per_a": ("relined*", ",.1f"), "rebuilt_mt_per_a": ("rebuilt*", ",.1f"),
        "built_mt_per_a": ("built*", ",.1f"), "closed_mt_per_a": ("closed*", ",.1f"),
    }  # fmt: skip
    title = "The plan at each price, a year; * Mt/a over all years, relined: with a measure"
    table = grid(title, "price, CNY/t", [label for label, _ in named.values()])
    for row in rows:
        table.add_row(
            f"{row['price_cny_per_t']:,.0f}", *(format(row[key], form) for key, (_, form) in named.items())
        )
    return table


def _signed(value: float) -> str:
    return "·" if abs(value) < _VISIBLE else f"{value:,.1f}"


def _expert(curve: AbatementCurve) -> Any:  # noqa: ANN401
    year = curve.summary["expert_year"]
    table = grid(
        f"Expert curve of {year}: each measure alone on the fleet that stands",
        "measure",
        ["on, Mt/a", "saves, Mt", "sum, Mt", "CNY/t"],
    )
    for row in curve.measures.records():
        name = row["name"] if len(row["name"]) <= 56 else row["name"][:55] + "…"
        table.add_row(
            name,
            f"{row['capacity_mt_per_a']:.1f}",
            f"{row['abated_mt_per_a']:.1f}",
            f"{row['to_mt_per_a']:.1f}",
            f"{row['cost_cny_per_t']:,.0f}",
        )
    return table


def _why(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say in words, at one price, how far the curves are apart and why."""
    found = beside(summary)
    if found is None:
        return
    free = summary["why_they_differ"][0]
    price, year = found["price_cny_per_t"], summary["expert_year"]
    yield (
        f"Why the curves differ, at {price:,.0f} CNY/t in {year}: the measures that cost no more add up to "
        f"{found['alone_mt']:,.1f} Mt, one by one. At one potline they exclude each other (a single measure "
        f"or the package or a new line), which counts {found['counted_twice_mt']:,.1f} Mt twice, and power "
        f"saved on a cleaner mix saves {found['cleaner_power_mt']:,.1f} Mt less: together they save "
        f"{found['joint_mt']:,.1f} Mt. Effects of measures do not add."
    )
    yield (
        f"The model saves {found['model_mt']:,.1f} Mt at that price. Its plan without a carbon price already "
        f"emits {found['already_mt']:,.1f} Mt less than the standing fleet would: it takes what pays for "
        f"itself ({free['joint_mt']:,.1f} Mt together), so the model's curve starts at nil; and it "
        "waits for a relining, closes lines and moves output, which no measure of the expert's list does."
    )


def beside(summary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The step at which the two curves are compared: the priced one nearest to 100 CNY/t."""
    priced = [row for row in summary["why_they_differ"] if row["price_cny_per_t"] > 0]
    return min(priced, key=lambda row: abs(row["price_cny_per_t"] - _BESIDE), default=None)


def _leaked(rows: list[dict[str, Any]]) -> Iterator[str]:
    last = rows[-1]
    saved, whole = last["abated_mt_per_a"], last["abated_with_outside_mt_per_a"]
    if saved > _VISIBLE and saved - whole > _LEAK * saved:
        yield (
            f"At {last['price_cny_per_t']:,.0f} CNY/t, {1 - whole / saved:.0%} of what is saved at home is "
            "emitted abroad by metal that is imported instead: no charge meets it at the border."
        )


def _checked(summary: Mapping[str, Any]) -> str:
    area = next(check for check in summary["checks"] if "least_m_cny" in check)
    swap = next(check for check in summary["checks"] if "budget_mt" in check)
    return (
        f"Checks: the area under the curve is the rise of cost, {area['rise_m_cny'] / 1000:,.1f} bn CNY in "
        f"present value (the steps allow {area['least_m_cny'] / 1000:,.1f} to "
        f"{area['most_m_cny'] / 1000:,.1f}); a budget of {swap['budget_mt']:,.0f} Mt and its price of "
        f"{swap['price_cny_per_t']:,.1f} CNY/t give the same cost, to {swap['relative_error']:.0e}. "
        f"{summary['solved']} steps, the first solved in {summary['timing_s']['first_solve']:.1f} s, the "
        f"others from the last basis in {summary['timing_s']['later_solves']:.1f} s of CPU time."
    )
