"""Two runs beside each other: every difference as one tidy table, what it cost and what it saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.errors import UsageError
from alopt.results.attribution import attribution_table
from alopt.results.burden import ABROAD, burden
from alopt.results.saved import Run
from alopt.results.table import ResultTable, make

#: Part of the reference's emissions below which a change is no saving to divide by.
_SLIGHT = 1e-3

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
        Present values of objective, resources, payments, and payments that go abroad in both runs;
        empty where the runs discount differently.
    abatement : dict of str to dict
        By boundary: Mt less over the represented years, discounted, and what each t cost: None where
        less than a thousandth is saved, or where other values change the cost too; empty likewise.
    leaked : float or None
        What comes back abroad as a share of what is saved from mine to gate; None where nothing does.
    warnings : tuple of str
        What is not alike besides the scenario.
    burden : dict of str to float
        Present value of what each group gains, M CNY; empty likewise, and where a price is missing.
    other_values : tuple of str
        Tables and keys in which the scenarios differ besides policies: what they change in cost is
        no cost of saving emissions.
    """

    reference: str
    other: str
    question: str
    regions: Mapping[str, str]
    table: ResultTable
    attribution: ResultTable
    totals: dict[str, Any]
    abatement: dict[str, dict[str, float | None]]
    leaked: float | None
    warnings: tuple[str, ...]
    burden: dict[str, float]
    other_values: tuple[str, ...]


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
    rows += [*_prices(reference, other, years), *_bearers(reference, other, years)]
    same = years == reference.years == other.years and reference.weight() == other.weight()
    other_values = tuple(_other_values(reference, other))
    abatement = _abatement(reference, other, priced=not other_values) if same else {}
    return Comparison(
        reference=reference.name,
        other=other.name,
        question=str(other.summary.get("question", "")),
        regions={**reference.regions, **other.regions},
        table=make("comparison", COLUMNS, rows),
        attribution=attribution_table(reference, other, years),
        totals=_totals(reference, other) if same else {},
        abatement=abatement,
        leaked=_leaked(reference, abatement) if same else None,
        warnings=tuple(_warnings(reference, other)),
        burden=_burden(reference, other) if same else {},
        other_values=other_values,
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


def _bearers(reference: Run, other: Run, years: list[int]) -> Iterator[Row]:
    """What each group has of a year; negative where it pays."""
    for y in years:
        one, two = burden(reference, y), burden(other, y)
        for group in dict.fromkeys([*one, *two]) if one and two else ():
            yield _row("who bears it", y, "", group, "M CNY", one.get(group, 0.0), two.get(group, 0.0))


def _burden(reference: Run, other: Run) -> dict[str, float]:
    """Present value of what each group gains, M CNY."""
    gains: dict[str, float] = {}
    for y, weight in reference.weight().items():
        one, two = burden(reference, y), burden(other, y)
        if not one or not two:
            return {}
        for group in dict.fromkeys([*one, *two]):
            gains[group] = gains.get(group, 0.0) + weight * (two.get(group, 0.0) - one.get(group, 0.0))
    return gains


def _other_values(reference: Run, other: Run) -> Iterator[str]:
    """Tables with other overrides, and other keys that choose values."""
    one, two = (run.manifest.get("scenario", {}) for run in (reference, other))
    first, second = (run.get("overrides") or [] for run in (one, two))
    changed = [entry for entry in [*first, *second] if (entry in first) != (entry in second)]
    yield from dict.fromkeys(str(entry["table"]) for entry in changed)
    for key in ("demand", "fleet", "grid_path", "market_prices"):
        if one.get(key) != two.get(key):
            yield key


def _totals(reference: Run, other: Run) -> dict[str, Any]:
    """Present values of both runs and their differences, M CNY."""
    keys = ("objective_m_cny", "system_cost_m_cny", "transfers_m_cny")
    pairs = {key: (reference.summary[key], other.summary[key]) for key in keys}
    pairs["paid_abroad_m_cny"] = (_paid_abroad(reference), _paid_abroad(other))
    return {
        key: {"reference": one, "other": two, "difference": two - one} for key, (one, two) in pairs.items()
    }


def _paid_abroad(run: Run) -> float:
    """Present value of what payers at home pay to receivers abroad, M CNY."""
    if "transfers" not in run.tables:
        return 0.0
    weight = run.weight()
    paid = 0.0
    for row in run.tables["transfers"].records():
        sign = (row["receiver"] == ABROAD) - (row["payer"] == ABROAD)
        paid += sign * weight[row["year"]] * row["amount_m_cny"]
    return paid


def _abatement(reference: Run, other: Run, *, priced: bool) -> dict[str, dict[str, float | None]]:
    """Tonnes less by boundary over the represented years, and the system cost of each.

    The average cost divides present value by discounted tonnes, so that a tonne of a later year
    weighs as its money does. ``with_outside`` adds what metal made abroad emits.
    """
    weight, represented = reference.weight(), reference.represented()
    cost = other.summary["system_cost_m_cny"] - reference.summary["system_cost_m_cny"]
    saved: dict[str, dict[str, float | None]] = {}
    boundaries = list(reference.summary["years"][str(reference.years[0])]["emissions_mt_co2e"]["by_boundary"])
    for boundary in [*boundaries, "cradle_to_gate_with_outside"]:
        one, two = _emitted(reference, boundary), _emitted(other, boundary)
        tonnes, whole = (sum(represented[y] * v for y, v in part.items()) for part in (_less(one, two), one))
        discounted = sum(weight[y] * v for y, v in _less(one, two).items())
        real = priced and min(tonnes, discounted) > _SLIGHT * whole
        saved[boundary] = {
            "abated_mt": tonnes,
            "discounted_mt": discounted,
            "cost_cny_per_t": cost / discounted if real else None,
        }
    return saved


def _less(one: dict[int, float], two: dict[int, float]) -> dict[int, float]:
    return {y: one[y] - two[y] for y in one}


def _leaked(reference: Run, abatement: dict[str, dict[str, float | None]]) -> float | None:
    """Rise of emissions abroad over the fall from mine to gate, where both are there to see."""
    whole = sum(reference.represented()[y] * v for y, v in _emitted(reference, "cradle_to_gate").items())
    saved = abatement["cradle_to_gate"]["abated_mt"] or 0.0
    risen = -(abatement["outside"]["abated_mt"] or 0.0)
    return risen / saved if min(saved, risen) > _SLIGHT * whole else None


def _emitted(run: Run, boundary: str) -> dict[int, float]:
    """Emissions of a boundary by year, Mt CO2e."""
    parts = {"cradle_to_gate_with_outside": ("cradle_to_gate", "outside")}.get(boundary, (boundary,))
    numbers = {y: run.summary["years"][str(y)]["emissions_mt_co2e"]["by_boundary"] for y in run.years}
    return {y: sum(by_boundary[part] for part in parts) for y, by_boundary in numbers.items()}


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
