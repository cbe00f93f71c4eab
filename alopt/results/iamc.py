"""Results as a table of the Integrated Assessment Modeling Consortium, as pyam reads it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from alopt.results.table import ResultTable
from alopt.solve.solution import Solution

Tables = dict[str, ResultTable]

#: Name of the sum of all regions.
TOTAL = "All regions"


def iamc(solution: Solution, tables: Tables, model: str) -> ResultTable:
    """Long results in wide form: model, scenario, region, variable, unit, one column per year.

    A variable with parts (`A|B`) stands beside the sum of its parts (`A`); regions have their
    names, and their sum is called `All regions`.
    """
    values: dict[tuple[str, str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    scenario = solution.data.scenario
    names = {row["region"]: row["name"] for row in solution.data.tables["regions"]}

    def put(row: dict[str, Any], variable: str, unit: str, amount: float, parts: int = 0) -> None:
        words = variable.split("|")
        region = names.get(row["region"])
        for depth in range(len(words) - parts, len(words) + 1):
            for place in (TOTAL,) if region is None else (region, TOTAL):
                values[place, "|".join(words[:depth]), unit][row["year"]] += amount

    for row in tables["capacity"].records():
        put(row, "Capacity|Industry|Aluminium|Primary", "Mt/yr", row["capacity_mt_per_a"])
    for row in tables["production"].records():
        put(row, "Production|Aluminium|Primary", "Mt/yr", row["production_mt"])
    for row in tables["electricity"].records():
        variable = f"Final Energy|Industry|Aluminium|Electricity|{_title(row['source'])}"
        put(row, variable, "EJ/yr", row["electricity_twh"] * 3.6e-3, parts=1)
    for row in tables["emissions"].records():
        inside = "Outside" if row["boundary"] == "outside" else "Chain"
        variable = f"Emissions|CO2e|Aluminium|{inside}|{_title(row['boundary'])}|{_title(row['source'])}"
        put(row, variable, "Mt CO2-equiv/yr", row["emissions_mt_co2e"], parts=2)
    money = f"million {scenario.currency}_{scenario.price_year}/yr"
    for row in tables["costs"].records():
        variable = f"Cost|Aluminium|{_title(row['kind'])}|{_title(row['component'])}"
        put(row, variable, money, row["cost_m_cny"], parts=1)
    years = solution.data.calendar.years
    rows: list[tuple[Any, ...]] = [
        (model, scenario.name, region, variable, unit, *(by_year.get(y, 0.0) for y in years))
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
