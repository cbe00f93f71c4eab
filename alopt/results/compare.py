"""Two runs beside each other: every difference as one tidy table, what it cost and what it saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.errors import UsageError
from alopt.results.attribution import attribution_table
from alopt.results.saved import Run
from alopt.results.table import ResultTable, make

#: Differences smaller than this are rounding.
_NIL = 1e-9

COLUMNS = (
    "theme", "year", "region", "item", "unit", "reference", "other", "difference",
)  # fmt: skip

#: Numbers of the nation by year: key of the summary, unit.
_NATIONAL = {
    "capacity_mt_per_a": "Mt/a", "production_mt": "Mt", "demand_mt": "Mt", "imports_mt": "Mt",
    "exports_mt": "Mt", "recycled_mt": "Mt", "unserved_mt": "Mt", "electricity_twh": "TWh",
    "ac_kwh_per_t": "kWh/t", "renewable_share": "1", "captive_share": "1", "coal_share": "1",
    "resource_cost_cny_per_t": "CNY/t", "full_cost_cny_per_t_with_vat": "CNY/t",
    "metal_price_cny_per_t": "CNY/t", "quota_rent_cny_per_t_a": "CNY/t·a",
    "quota_price_cny_per_t": "CNY per t/a", "bauxite_import_share": "1", "bauxite_imports_mt": "Mt",
    "alumina_mt": "Mt", "red_mud_mt": "Mt", "employment_persons": "persons",
}  # fmt: skip

#: Themes from tables: table, value, key of the item, unit.
_TABLES = (
    ("capacity by region", "capacity", "capacity_mt_per_a", None, "Mt/a"),
    ("capacity by cell", "capacity", "capacity_mt_per_a", "cell", "Mt/a"),
    ("output by region", "production", "production_mt", None, "Mt"),
    ("power by source", "electricity", "electricity_twh", "source", "TWh"),
    ("jobs by region", "employment", "employment_persons", None, "persons"),
    ("emissions by source", "emissions", "emissions_mt_co2e", "source", "Mt CO2e"),
)

#: Themes that add regions up instead of keeping them.
_OF_THE_NATION = {"capacity by cell"}

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Comparison:
    """One run beside its reference.

    Attributes
    ----------
    reference, other, question : str
        Names of the scenarios, and what the other one asks.
    regions : mapping of str to str
        Names of regions by key.
    table : ResultTable
        `comparison.csv`: theme, year, region, item, unit, value of both, difference.
    attribution : ResultTable
        `attribution.csv`.
    totals : dict of str to dict
        Present values of objective, resources and payments in both runs; empty where the runs
        discount differently.
    abatement : dict of str to dict
        By boundary: Mt less over the represented years, discounted, and what each t cost; empty
        likewise.
    warnings : tuple of str
        What is not alike besides the scenario.
    """

    reference: str
    other: str
    question: str
    regions: Mapping[str, str]
    table: ResultTable
    attribution: ResultTable
    totals: dict[str, Any]
    abatement: dict[str, dict[str, float | None]]
    warnings: tuple[str, ...]


def compare(reference: Run, other: Run) -> Comparison:
    """Set a run beside its reference.

    Parameters
    ----------
    reference, other : Run
        From :func:`alopt.results.saved.of_results` or :func:`alopt.results.saved.read_run`.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        If the runs share no model year.
    """
    years = [y for y in reference.years if y in other.years]
    if not years:
        raise UsageError(
            f"{reference.name} and {other.name} share no model year: {reference.years} and {other.years}."
        )
    rows = [*_national(reference, other, years), *_by_table(reference, other, years)]
    rows += [*_costs(reference, other, years), *_transfers(reference, other, years)]
    rows += [*_boundaries(reference, other, years), *_moves(reference, other, years)]
    rows += _prices(reference, other, years)
    same = years == reference.years == other.years and reference.weight() == other.weight()
    return Comparison(
        reference=reference.name,
        other=other.name,
        question=str(other.summary.get("question", "")),
        regions={**reference.regions, **other.regions},
        table=make("comparison", COLUMNS, rows),
        attribution=attribution_table(reference, other, years),
        totals=_totals(reference, other) if same else {},
        abatement=_abatement(reference, other) if same else {},
        warnings=tuple(_warnings(reference, other)),
    )


def _row(theme: str, year: int, region: str, item: str, unit: str, one: Any, two: Any) -> Row:  # noqa: ANN401
    change = None if one is None or two is None else two - one
    return theme, year, region, item, unit, one, two, change


def _national(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    for y in years:
        one, two = (run.summary["years"][str(y)] for run in (reference, other))
        for key, unit in _NATIONAL.items():
            if key in one or key in two:
                name = key.removesuffix("_mt_per_a").removesuffix("_mt")
                yield _row("nation", y, "", name, unit, one.get(key), two.get(key))


def _both(
    reference: Run,
    other: Run,
    table: str,
    value: str,
    keys: tuple[str, ...],
    years: list[int],
    **where: str,
) -> Iterator[tuple[tuple[Any, ...], float, float]]:
    """Yield key, value in the reference and in the other run, wherever either has any."""
    totals = []
    for run in (reference, other):
        total: dict[tuple[Any, ...], float] = {}
        if table in run.tables:
            for row in run.tables[table].records():
                if row["year"] in years and all(row[name] == wanted for name, wanted in where.items()):
                    key = tuple(row[name] for name in keys)
                    total[key] = total.get(key, 0.0) + row[value]
        totals.append(total)
    one, two = totals
    for key in sorted(set(one) | set(two), key=str):
        yield key, one.get(key, 0.0), two.get(key, 0.0)


def _by_table(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    for theme, table, value, item, unit in _TABLES:
        nation = theme in _OF_THE_NATION or (item is not None and table != "capacity")
        keys = ("year", *([] if nation else ["region"]), *([item] if item else []))
        for key, one, two in _both(reference, other, table, value, keys, years):
            region = "" if nation else key[1]
            yield _row(theme, key[0], region, key[-1] if item else "", unit, one, two)


def _costs(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    for kind, theme in (("resource", "cost by component"), ("transfer", "payments by component")):
        found = _both(reference, other, "costs", "cost_m_cny", ("year", "component"), years, kind=kind)
        for (y, component), one, two in found:
            yield _row(theme, y, "", component, "M CNY", one, two)


def _transfers(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    keys = ("year", "region", "instrument", "payer", "receiver")
    for (y, region, instrument, payer, receiver), one, two in _both(
        reference, other, "transfers", "amount_m_cny", keys, years
    ):
        item = f"{instrument}: {payer} to {receiver}"
        yield _row("who pays whom", y, region, item, "M CNY", one, two)


def _boundaries(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    for y in years:
        one, two = (
            run.summary["years"][str(y)]["emissions_mt_co2e"]["by_boundary"] for run in (reference, other)
        )
        for boundary in one:
            yield _row("emissions by boundary", y, "", boundary, "Mt CO2e", one[boundary], two[boundary])


def _moves(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    keys = ("year", "from_region", "to_region")
    found = _both(reference, other, "quota_transfers", "mt_per_a", keys, years)
    for (y, origin, target), one, two in found:
        yield _row("quota moved", y, origin, f"to {target}", "Mt/a", one, two)


def _prices(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    """Metal by market, where it has a price in both runs."""
    for y in years:
        one, two = (
            {
                row["market"]: row["price_cny_per_t"]
                for row in run.tables["markets"].records()
                if row["year"] == y and row["price_cny_per_t"] is not None
            }
            for run in (reference, other)
        )
        for market in sorted(set(one) & set(two)):
            yield _row("metal price by market", y, "", market, "CNY/t", one[market], two[market])


def _totals(reference: Run, other: Run) -> dict[str, Any]:
    """Present values of both runs and their differences, M CNY."""
    keys = ("objective_m_cny", "system_cost_m_cny", "transfers_m_cny")
    return {
        key: {
            "reference": reference.summary[key],
            "other": other.summary[key],
            "difference": other.summary[key] - reference.summary[key],
        }
        for key in keys
    }


def _abatement(reference: Run, other: Run) -> dict[str, dict[str, float | None]]:
    """Tonnes less by boundary over the represented years, and the system cost of each.

    The average cost divides present value by discounted tonnes, so that a tonne of a later year
    weighs as its money does. ``with_outside`` adds what metal made abroad emits.
    """
    weight, represented = reference.weight(), reference.represented()
    cost = other.summary["system_cost_m_cny"] - reference.summary["system_cost_m_cny"]
    saved: dict[str, dict[str, float | None]] = {}
    boundaries = list(reference.summary["years"][str(reference.years[0])]["emissions_mt_co2e"]["by_boundary"])
    change = {
        boundary: {
            y: other.summary["years"][str(y)]["emissions_mt_co2e"]["by_boundary"][boundary]
            - reference.summary["years"][str(y)]["emissions_mt_co2e"]["by_boundary"][boundary]
            for y in reference.years
        }
        for boundary in boundaries
    }
    change["cradle_to_gate_with_outside"] = {
        y: change["cradle_to_gate"][y] + change["outside"][y] for y in reference.years
    }
    for boundary, by_year in change.items():
        tonnes = -sum(represented[y] * value for y, value in by_year.items())
        discounted = -sum(weight[y] * value for y, value in by_year.items())
        average = cost / discounted if discounted > _NIL else None
        saved[boundary] = {"abated_mt": tonnes, "discounted_mt": discounted, "cost_cny_per_t": average}
    return saved


def _warnings(reference: Run, other: Run) -> Iterator[str]:
    """Differences that are not the scenario's."""
    one, two = reference.manifest, other.manifest
    for key, what in (("alopt", "versions of alopt"), ("commit", "commits"), ("packages", "packages")):
        if one.get(key) != two.get(key):
            yield f"The runs were made by different {what}: {one.get(key)} and {two.get(key)}."
    first, second = one.get("inputs", {}), two.get("inputs", {})
    names = sorted(
        name
        for name in set(first) | set(second)
        if first.get(name) != second.get(name) and not name.startswith("scenarios/")
    )
    if names:
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        yield f"The runs were solved with different inputs: {shown}."
    if reference.years != other.years:
        yield (
            f"The runs have different model years: {reference.years} and {other.years}; only shared ones "
            "stand here."
        )
    elif reference.weight() != other.weight():
        yield "The runs discount differently: present values are not compared."
    for key in ("resolution", "currency", "price_year", "gwp"):
        old, new = (run.manifest.get("scenario", {}).get(key) for run in (reference, other))
        if old != new:
            yield f"The runs differ in {key}: {old} and {new}."
