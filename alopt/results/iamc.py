"""Results as a table of the Integrated Assessment Modeling Consortium, as pyam reads it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from alopt.results.table import ResultTable
from alopt.solve.solution import Solution

Tables = dict[str, ResultTable]

_NATION = "China"


def iamc(solution: Solution, tables: Tables, model: str) -> ResultTable:
    """Long results in wide form: model, scenario, region, variable, unit, one column per year."""
    values: dict[tuple[str, str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))

    def put(region: str, variable: str, unit: str, year: int, amount: float) -> None:
        for place in {region or _NATION, _NATION}:
            values[place, variable, unit][year] += amount

    for row in tables["capacity"].records():
        put(
            row["region"],
            "Capacity|Industry|Aluminium|Primary",
            "Mt/yr",
            row["year"],
            row["capacity_mt_per_a"],
        )
    for row in tables["production"].records():
        put(row["region"], "Production|Aluminium|Primary", "Mt/yr", row["year"], row["production_mt"])
    for row in tables["electricity"].records():
        amount = row["electricity_twh"] * 3.6e-3
        base = "Final Energy|Industry|Aluminium|Electricity"
        put(row["region"], base, "EJ/yr", row["year"], amount)
        put(row["region"], f"{base}|{_title(row['source'])}", "EJ/yr", row["year"], amount)
    for row in tables["emissions"].records():
        variable = f"Emissions|CO2e|Aluminium|{_title(row['boundary'])}|{_title(row['source'])}"
        put(row["region"], variable, "Mt CO2-equiv/yr", row["year"], row["emissions_mt_co2e"])
    for row in tables["costs"].records():
        variable = f"Cost|Aluminium|{_title(row['kind'])}|{_title(row['component'])}"
        put(row["region"], variable, "million CNY_2025/yr", row["year"], row["cost_m_cny"])
    years = solution.data.calendar.years
    scenario = solution.data.scenario.name
    rows: list[tuple[Any, ...]] = [
        (model, scenario, region, variable, unit, *(by_year.get(y, 0.0) for y in years))
        for (region, variable, unit), by_year in sorted(values.items())
    ]
    columns = ("model", "scenario", "region", "variable", "unit", *(str(y) for y in years))
    return ResultTable("iamc", columns, rows)


def _title(key: str) -> str:
    """Turn a key into words of a variable name.

    >>> _title("anode_baking")
    'Anode Baking'
    """
    return key.replace("_", " ").title()
