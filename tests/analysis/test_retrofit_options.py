"""Every step put to the pricing problem: by hand in a small world, and held against the whole model."""

import csv
import json

import pytest
from worlds import World, near, plain_world

import alopt
from alopt.analysis.retrofit_options import AUDIT_COLUMNS, COLUMNS, audit, retrofit_options
from alopt.cli import main
from alopt.solve.pricing import SitePrices, finite_difference

#: Rows of the shipped baseline that are held against the whole model.
AUDITED = 40


def retrofit_world(capex: float) -> World:
    """North may be rebuilt from 13 to 12 MWh/t for a capex per t/a, charged over ten years of ten.

    It draws power at 300 CNY/MWh and makes all it can, 0.6 of the 0.8 Mt that are wanted; no time
    value of money, so a year's saving of 300 CNY/t counts ten times: 3,000 CNY per t/a.
    """
    world = plain_world()
    world.scenario(discount_rate=0.0, years=[2025], last_period_years=10)
    world.parameters(availability=1.0, national_build_rate_mt_per_a=9, regional_build_rate_mt_per_a=9)
    world.measure("renewal", durable_capex_cny_per_t_a=capex, durable_life_a=10)
    world.pot("better", mwh_per_t=12.0, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.retrofit("pot", "better", "renewal", kind="rebuild")
    return world


def option(world: World, folder, site: str = "north_smelter") -> tuple:
    solution = world.solve(folder)
    (row,) = (row for row in retrofit_options(solution).records() if row["site"] == site)
    return solution, row


def test_an_option_that_is_left_misses_by_what_it_loses(tmp_path):
    """A capex of 3,400 against 3,000 saved: 400 CNY per t/a; it comes in at 3,000."""
    _, row = option(retrofit_world(3400), tmp_path)
    assert row["taken_mt_per_a"] == 0
    assert row["possible"]
    assert row["miss"] == near(400)
    assert row["worth"] is None
    assert 0 <= row["reduced_cost"] <= 400 + 1e-6
    assert row["capex_cny_per_t_a"] == near(3400)
    assert row["turns_at_capex_cny_per_t_a"] == near(3000)
    assert row["turns_at_power_change_cny_per_mwh"] == near(400 / 10)


def test_an_option_that_is_taken_is_worth_what_it_gains(tmp_path):
    """A capex of 2,600: 400 CNY per t/a; power may be 40 CNY/MWh cheaper before it goes out."""
    _, row = option(retrofit_world(2600), tmp_path)
    assert row["taken_mt_per_a"] == near(0.6)
    assert row["worth"] == near(400)
    assert row["turns_at_capex_cny_per_t_a"] == near(3000)
    assert row["turns_at_power_change_cny_per_mwh"] == near(-40)


@pytest.mark.parametrize("power", [299, 301])
def test_the_break_even_power_price_turns_the_decision(tmp_path, power):
    """At 3,000 of capex power at 300 breaks even."""
    world = retrofit_world(3000)
    world.power("north", power)
    _, row = option(world, tmp_path)
    assert row["taken_mt_per_a"] == near(0.6 if power > 300 else 0.0)


@pytest.mark.parametrize(("capex", "taken"), [(2999, 0.6), (3001, 0.0)])
def test_the_capex_at_which_it_turns_turns_the_decision(tmp_path, capex, taken):
    _, row = option(retrofit_world(3400), tmp_path / "first")
    assert row["turns_at_capex_cny_per_t_a"] == near(3000)
    _, row = option(retrofit_world(capex), tmp_path / "second")
    assert row["taken_mt_per_a"] == near(taken)


@pytest.mark.parametrize(("more", "taken"), [(-0.5, 0.0), (0.5, 0.6)])
def test_the_carbon_price_at_which_it_turns_turns_the_decision(tmp_path, more, taken):
    """1 MWh/t less at the factor of the grid, for ten years: the miss of 400 over the tonnes avoided."""
    first, row = option(retrofit_world(3400), tmp_path / "first")
    factor = first.data.power.emission_factor["north_smelter", "grid", 2025]
    assert row["plan_abated_t_per_t_a"] == near(10 * factor)
    price = row["turns_at_carbon_cny_per_t"]
    assert price == near(400 / (10 * factor))
    assert row["plan_abatement_cost"] == near(price)
    world = retrofit_world(3400)
    policy = {"price_cny_per_t": price + more, "scope": "smelter_scope_1_2", "benchmark_t_per_t": 0}
    world.scenario(policies={**world.keys.get("policies", {}), "carbon_price": policy})
    _, row = option(world, tmp_path / "second")
    assert row["taken_mt_per_a"] == near(taken)


def test_no_project_is_worth_nothing(tmp_path):
    """A step that costs and changes nothing misses by nothing."""
    world = retrofit_world(1000)
    world.pot("better", mwh_per_t=13.0, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    world.measure("renewal", durable_capex_cny_per_t_a=1e-9, durable_life_a=10)
    _, row = option(world, tmp_path)
    assert row["miss"] in (None, near(0.0))


@pytest.fixture(scope="module")
def shipped():
    solution = alopt.solve(alopt.build(alopt.load()))
    return solution, retrofit_options(solution)


def test_every_site_part_of_the_optimum_is_its_own_optimum(shipped):
    """At the shadow prices each site does what the plan has it do: no site gains by another plan."""
    solution, _ = shipped
    prices = SitePrices(solution)
    for site in ("shandong", "yunnan", "new_xinjiang"):
        problem = prices.site(site)
        there = float(problem.cost @ problem.values)
        assert problem.base.objective == pytest.approx(there, rel=1e-7, abs=1e-3)


def test_the_audit_closes(shipped):
    solution, options = shipped
    found = audit(solution, options, AUDITED)
    assert len(found) >= AUDITED // 2
    assert max(row["gap"] for row in found) <= 1e-6


def test_the_reduced_cost_is_a_lower_bound_of_the_miss(shipped):
    _, options = shipped
    rows = [row for row in options.records() if row["miss"] is not None]
    assert rows
    for row in rows:
        assert row["reduced_cost"] <= row["miss"] + 1e-3
    assert any(row["miss"] > 100 + row["reduced_cost"] for row in rows)


def test_taken_options_are_worth_something_and_come_first(shipped):
    solution, options = shipped
    rows = list(options.records())
    taken = [row for row in rows if row["taken_mt_per_a"] > 1e-7]
    assert rows[: len(taken)] == taken
    assert all(row["worth"] >= -1e-3 for row in taken)
    total = sum(solution.values("retrofitted_capacity").values())
    assert sum(row["taken_mt_per_a"] for row in rows) == near(total)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


def test_a_fault_in_a_shared_price_does_not_pass_the_audit(shipped):
    """With the price of metal left out the pricing problem is far from the whole model."""
    solution, options = shipped
    duals = solution.optimum.duals.copy()
    for row in solution.row_places["metal_supply"].values():
        duals[row] = 0.0
    row = next(row for row in options.records() if row["miss"] and row["kind"] == "rebuild")
    index = (row["site"], row["from_cell"], row["to_cell"], row["year"])
    slope, _ = finite_difference(solution, "retrofitted_capacity", index)
    wrong = SitePrices(solution, duals).site(row["site"]).forced("retrofitted_capacity", index)
    assert wrong is None or abs(wrong.slope - slope) > 1e-6 * max(wrong.terms, 1.0)


def test_command(tmp_path, capsys):
    out = tmp_path / "retrofit"
    assert main(["retrofit", "--audit", "3", "--out", str(out), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["largest_audit_gap"] <= 1e-6
    with (out / "retrofit_options.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == shown["options"]
    assert main(["retrofit", "--audit", "0"]) == 2
    text = "--audit takes the number of options to hold against the whole model, 1 or more."
    assert text in capsys.readouterr().err
    assert main(["retrofit", "--contract", "{price_cny_per_mwh: 380, vat: included}"]) == 2
    assert "--contract is an owner's own; name the owner with --owner." in capsys.readouterr().err


def test_a_scenario_without_steps_says_so(tmp_path, capsys):
    """Tables with their columns and no row, and a screen that says why."""
    inputs, out = tmp_path / "inputs", tmp_path / "out"
    assert main(["init", str(inputs), "--minimal"]) == 0
    capsys.readouterr()
    assert main(["retrofit", "--inputs", str(inputs), "--out", str(out)]) == 0
    assert "No step can be taken: tables/retrofits.csv" in capsys.readouterr().out
    for name, columns in (("retrofit_options", COLUMNS), ("retrofit_audit", AUDIT_COLUMNS)):
        assert (out / f"{name}.csv").read_text(encoding="utf-8") == ",".join(columns) + "\n"
