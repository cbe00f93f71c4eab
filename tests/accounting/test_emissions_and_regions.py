"""Emissions nest by boundary, regions make up the nation, and the IAMC table says the same."""

from __future__ import annotations

from itertools import pairwise

import pytest

from .run_files import EXACT, Written, agree, read, totals

NESTED = ("direct", "smelter_scope_1_2", "electrolysis", "industry", "cradle_to_gate")

#: Where each source of emissions first counts, as the formulation says.
FIRST_BOUNDARY = {
    "anode": "direct",
    "pfc": "direct",
    "anode_baking": "electrolysis",
    "refining_fuel": "industry",
    "refining_power": "industry",
    "ore": "cradle_to_gate",
    "alumina_imports": "cradle_to_gate",
    "alumina_freight": "cradle_to_gate",
    "metal_freight": "cradle_to_gate",
    "metal_imports": "outside",
}


def test_each_boundary_holds_the_one_before(written: Written):
    """The summary's boundaries are running sums of the table's, and never fall."""
    rows = written("emissions")
    assert {row["boundary"] for row in rows} == {*NESTED, "outside"}
    by_boundary = totals(rows, "emissions_mt_co2e", "year", "boundary")
    for year in written.years:
        told = written.summary["years"][str(year)]["emissions_mt_co2e"]["by_boundary"]
        within = 0.0
        for boundary in NESTED:
            within += by_boundary[year, boundary]
            assert told[boundary] == pytest.approx(within, rel=EXACT)
        for narrow, wide in pairwise(NESTED):
            assert told[narrow] < told[wide]
        assert told["outside"] == pytest.approx(by_boundary[year, "outside"], rel=EXACT)


def test_each_source_counts_first_where_it_should(written: Written):
    for row in written("emissions"):
        first = "smelter_scope_1_2" if row["source"].startswith("power_") else FIRST_BOUNDARY[row["source"]]
        assert row["boundary"] == first
        assert row["emissions_mt_co2e"] > 0.0


def test_direct_emissions_follow_from_the_cells(written: Written):
    """Anode CO2 and perfluorocarbons per tonne, composed from the tables, times output."""
    rows, states = written("emissions"), written.states
    made = written("production")
    for source, factor in (("anode", "anode_co2"), ("pfc", "pfc_co2e")):
        emitted = totals(
            [row for row in rows if row["source"] == source], "emissions_mt_co2e", "year", "site", "cell"
        )
        expected = [row | {"mt": row["production_mt"] * getattr(states[row["cell"]], factor)} for row in made]
        agree(emitted, totals(expected, "mt", "year", "site", "cell"))


def test_power_emissions_are_those_of_the_power_table(written: Written):
    drawn = [row | {"source": f"power_{row['source']}"} for row in written("electricity")]
    rows = [row for row in written("emissions") if row["source"].startswith("power_")]
    agree(
        totals(rows, "emissions_mt_co2e", "year", "site", "source"),
        {k: v for k, v in totals(drawn, "emissions_mt_co2e", "year", "site", "source").items() if v},
    )


def test_metal_made_abroad_is_counted_outside(written: Written):
    rows = [row for row in written("emissions") if row["boundary"] == "outside"]
    bought = totals(written("markets"), "imports", "year")
    factor = written.parameter["primary_import_emission_t_per_t"]
    agree(totals(rows, "emissions_mt_co2e", "year"), {year: mt * factor for year, mt in bought.items()})


def test_the_summary_is_the_sum_of_the_tables(written: Written):
    """Regions add to the nation."""
    sums = {
        "capacity_mt_per_a": totals(written("capacity"), "capacity_mt_per_a", "year"),
        "production_mt": totals(written("production"), "production_mt", "year"),
        "electricity_twh": totals(written("electricity"), "electricity_twh", "year"),
        "alumina_mt": totals(written("refining"), "alumina_mt", "year"),
        "red_mud_mt": totals(written("refining"), "red_mud_mt", "year"),
    }
    for column in ("demand", "imports", "exports", "recycled", "unserved"):
        sums[f"{column}_mt"] = totals(written("markets"), column, "year")
    for year in written.years:
        told = written.summary["years"][str(year)]
        for name, by_year in sums.items():
            assert told[name] == pytest.approx(by_year[year], rel=EXACT, abs=EXACT), name
        intensity = told["electricity_twh"] / told["production_mt"] * 1000.0
        assert told["ac_kwh_per_t"] == pytest.approx(intensity, rel=EXACT)


def test_the_resource_cost_of_a_tonne_leaves_out_trade_and_transfers(written: Written):
    made = totals(written("production"), "production_mt", "year")
    inside = [
        row
        for row in written("costs")
        if row["kind"] == "resource" and row["component"] not in {"imports", "exports", "unserved"}
    ]
    for year, cost in totals(inside, "cost_m_cny", "year").items():
        told = written.summary["years"][str(year)]["resource_cost_cny_per_t"]
        assert told == pytest.approx(cost / made[year], rel=EXACT)


# The table of the Integrated Assessment Modeling Consortium

UNITS = {
    "Capacity|": "Mt/yr",
    "Production|": "Mt/yr",
    "Final Energy|": "EJ/yr",
    "Emissions|": "Mt CO2-equiv/yr",
    "Cost|": "million CNY_2025/yr",
}


def test_the_iamc_table_has_the_shape_that_pyam_reads(written: Written):
    """model, scenario, region, variable, unit, then a column a year; keys once, numbers everywhere."""
    rows = read(written.folder / "iamc.csv")
    assert list(rows[0]) == ["model", "scenario", "region", "variable", "unit", *map(str, written.years)]
    keys = [(row["region"], row["variable"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert {(row["model"], row["scenario"]) for row in rows} == {("alopt", "baseline")}
    for row in rows:
        assert [unit for start, unit in UNITS.items() if row["variable"].startswith(start)] == [row["unit"]]
        assert all(isinstance(row[str(year)], int | float) for year in written.years)
        assert all(row[column] for column in ("region", "variable", "unit"))


def iamc(written: Written, start: str, *, parts: bool = False) -> dict[tuple, float]:
    """One variable, or the sum of its parts one level down, by region and year."""
    found: dict[tuple, float] = {}
    for row in written("iamc"):
        above, _, _ = row["variable"].rpartition("|")
        if (above if parts else row["variable"]) == start:
            for year in written.years:
                key = (row["region"], year)
                found[key] = found.get(key, 0.0) + row[str(year)]
    return found


@pytest.mark.parametrize(
    ("file", "column", "variable", "parts", "factor"),
    [
        ("capacity", "capacity_mt_per_a", "Capacity|Industry|Aluminium|Primary", False, 1.0),
        ("production", "production_mt", "Production|Aluminium|Primary", False, 1.0),
        ("electricity", "electricity_twh", "Final Energy|Industry|Aluminium|Electricity", False, 0.0036),
        ("electricity", "electricity_twh", "Final Energy|Industry|Aluminium|Electricity", True, 0.0036),
    ],
)
def test_the_iamc_table_sums_the_result_tables(
    file: str, column: str, variable: str, *, parts: bool, factor: float, written: Written
):
    """By region and for all of them; 1 TWh = 0.0036 EJ."""
    agree(iamc(written, variable, parts=parts), by_name(written, written(file), column, factor))


def by_name(written: Written, rows: list[dict], column: str, factor: float = 1.0) -> dict[tuple, float]:
    """Sums by name of the region and year, and for all regions."""
    names = {row["region"]: row["name"] for row in read(written.folder / "inputs" / "regions.csv")}
    found = {
        (names[region], year): amount * factor
        for (region, year), amount in totals(rows, column, "region", "year").items()
        if region
    }
    for year, amount in totals(rows, column, "year").items():
        found["All regions", year] = amount * factor
    return found


@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.parametrize("kind", ["resource", "transfer"])
def test_the_iamc_table_sums_costs_and_transfers(kind: str, *, parts: bool, written: Written):
    rows = [row for row in written("costs") if row["kind"] == kind]
    expected = by_name(written, rows, "cost_m_cny")
    agree(iamc(written, f"Cost|Aluminium|{kind.title()}", parts=parts), expected)


@pytest.mark.parametrize(("variable", "outside"), [("Chain", False), ("Outside", True)])
def test_the_iamc_table_sums_emissions_inside_and_outside(variable: str, *, outside: bool, written: Written):
    rows = [row for row in written("emissions") if (row["boundary"] == "outside") == outside]
    expected = by_name(written, rows, "emissions_mt_co2e")
    agree(iamc(written, f"Emissions|CO2e|Aluminium|{variable}"), expected)
    agree(iamc(written, f"Emissions|CO2e|Aluminium|{variable}", parts=True), expected)
