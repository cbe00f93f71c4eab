"""Money: the cost table is the objective, transfers stand apart, and components follow from the flows."""

from __future__ import annotations

import math

import pytest

from alopt.run import Results

from .run_files import BENCHMARK, CARBON_PRICE, EXACT, Written, agree, totals


def test_the_cost_table_is_the_objective(written: Written):
    total = math.fsum(row["present_value_m_cny"] for row in written("costs"))
    assert total == pytest.approx(written.summary["objective_m_cny"], rel=EXACT)


def test_transfers_and_system_cost_make_the_objective(written: Written):
    by_kind = totals(written("costs"), "present_value_m_cny", "kind")
    assert set(by_kind) == {"resource", "transfer"}
    summary = written.summary
    assert by_kind["transfer"] == pytest.approx(summary["transfers_m_cny"], rel=EXACT)
    assert by_kind["resource"] == pytest.approx(summary["system_cost_m_cny"], rel=EXACT)
    parts = summary["system_cost_m_cny"] + summary["transfers_m_cny"]
    assert parts == pytest.approx(summary["objective_m_cny"], rel=EXACT)


def test_cost_times_weight_is_the_present_value_exactly(results: Results):
    """Bit by bit before it is written, with the weights of years.csv."""
    weight = {row["year"]: row["present_value_weight"] for row in results.tables["years"].records()}
    rows = list(results.tables["costs"].records())
    assert rows
    assert all(row["present_value_m_cny"] == row["cost_m_cny"] * weight[row["year"]] for row in rows)


def test_the_weights_of_years_follow_from_the_discount_rate(written: Written):
    """d_y = 1.08^−(y − 2024), W_y = Σ d over the years from y to the next model year, five after the last."""
    rows = written("years")
    following = [*(row["year"] for row in rows[1:]), rows[-1]["year"] + 5]
    before = [2024, *(row["year"] for row in rows)]
    for row, after, previous in zip(rows, following, before, strict=False):
        year = row["year"]
        assert row["years_elapsed"] == year - previous
        assert row["years_represented"] == after - year
        assert row["discount_factor"] == pytest.approx(1.08 ** -(year - 2024), rel=1e-11)
        weight = math.fsum(1.08 ** -(t - 2024) for t in range(year, after))
        assert row["present_value_weight"] == pytest.approx(weight, rel=1e-11)


def test_carbon_payments_are_the_only_transfers_and_follow_from_the_emissions(written: Written):
    """Payment = 120 × (covered emissions − 9 × output), by site and year."""
    costs = written("costs")
    assert {row["component"] for row in costs if row["kind"] == "transfer"} == {"carbon_price"}
    assert {row["kind"] for row in costs if row["component"] == "carbon_price"} == {"transfer"}
    covered = [row for row in written("emissions") if row["boundary"] in {"direct", "smelter_scope_1_2"}]
    emitted = totals(covered, "emissions_mt_co2e", "year", "site")
    made = totals(written("production"), "production_mt", "year", "site")
    paid = totals([row for row in costs if row["kind"] == "transfer"], "cost_m_cny", "year", "site")
    assert set(paid) == set(made)
    for key, amount in paid.items():
        due = CARBON_PRICE * (emitted[key] - BENCHMARK * made[key])
        assert amount == pytest.approx(due, rel=EXACT, abs=EXACT)
    assert min(paid.values()) < 0.0 < max(paid.values())


def component(written: Written, *names: str) -> dict[tuple, float]:
    rows = [row for row in written("costs") if row["component"] in names]
    return totals(rows, "cost_m_cny", "year", "region")


def test_power_costs_its_price(written: Written):
    """By site and source, every slice at its own price."""
    bought = [
        row | {"cost": row["electricity_twh"] * row["price_cny_per_mwh"]} for row in written("electricity")
    ]
    rows = [row for row in written("costs") if row["component"] == "electricity"]
    agree(
        totals(rows, "cost_m_cny", "year", "site", "source"), totals(bought, "cost", "year", "site", "source")
    )


def test_what_is_paid_per_tonne_follows_the_output(written: Written):
    states, parameter = written.states, written.parameter
    made = written("production")
    anode = [row | {"cost": row["production_mt"] * states[row["cell"]].anode} for row in made]
    anode = {
        key: mt * parameter["anode_price_cny_per_t"]
        for key, mt in totals(anode, "cost", "year", "region").items()
    }
    agree(component(written, "carbon_materials"), anode)
    output = totals(made, "production_mt", "year", "region")
    agree(
        component(written, "fluoride"),
        {key: mt * parameter["fluoride_cny_per_t"] for key, mt in output.items()},
    )


def test_what_is_paid_per_capacity_follows_what_stands(written: Written):
    standing = totals(written("capacity"), "capacity_mt_per_a", "year", "region")
    for name, parameter in (
        ("overhead", "overhead_cny_per_t_a"),
        ("sustaining_capital", "sustaining_capex_cny_per_t_a"),
    ):
        agree(
            component(written, name), {key: mt * written.parameter[parameter] for key, mt in standing.items()}
        )


def test_ore_and_refining_cost_what_the_refineries_say(written: Written):
    rows = [row for row in written("costs") if row["component"] in {"alumina", "ore"}]
    agree(
        totals(rows, "cost_m_cny", "year", "source"),
        totals(written("refining"), "cost_m_cny", "year", "refinery"),
    )


def test_ingot_and_exports_are_cast_and_remelted_metal_remelted(written: Written):
    cost = written.parameter["casting_cost_cny_per_t"]
    flows = written("flows")
    cast = totals([row for row in flows if row["material"] in {"ingot", "exported_metal"}], "flow_mt", "year")
    again = totals([row for row in flows if row["material"] == "remelted_metal"], "flow_mt", "year")
    paid = totals([row for row in written("costs") if row["component"] == "casting"], "cost_m_cny", "year")
    remelting = written.parameter["remelting_cost_cny_per_t"]
    agree(paid, {y: cast[y] * cost + again[y] * remelting for y in written.years})


def test_capital_is_charged_as_an_annuity_from_the_year_of_building(written: Written):
    """New capital of a cell and year is Σ over earlier builds of new × capex / Σ_{s<20} 1.08^−s.

    Within five years of a 20-year life every calendar year of the table pays the full charge, so the
    cost per calendar year is that charge. Decided moves arrive without a charge and are left out by
    looking only at newcomers' sites to which nothing is moved.
    """
    factor = math.fsum(1.08**-s for s in range(int(written.parameter["new_build_life_a"])))
    classes = {row["cell"]: row["class"] for row in written.table("cells")}
    capex = {
        row["class"]: row["value"]
        for row in written.table("cell_values")
        if row["quantity"] == "new_capex_cny_per_t_a"
    }
    moved_to = {row["to_site"] for row in written.table("moves")}
    newcomers = {row["site"] for row in written.table("sites") if row["kind"] == "newcomer"} - moved_to
    expected: dict[tuple, float] = {}
    for row in written("capacity"):
        if row["site"] in newcomers:
            for year in written.years:
                if year >= row["year"]:
                    key = (year, row["site"], row["cell"])
                    charge = row["new"] * capex[classes[row["cell"]]] / factor if row["new"] else 0.0
                    expected[key] = expected.get(key, 0.0) + charge
    rows = [row for row in written("costs") if row["component"] == "new_capital" and row["site"] in newcomers]
    assert rows
    agree(totals(rows, "cost_m_cny", "year", "site", "cell"), expected)
