"""One smelter: by hand in a small world, beside its own sheet, and against the whole model."""

import json
from dataclasses import replace

import pytest
from test_retrofit_options import retrofit_world
from worlds import near

import alopt
from alopt.analysis.investment import net_value, priced
from alopt.analysis.project import invest, newcomer_places, places_of
from alopt.analysis.site_options import POWER_PRICES, site_options, step_place
from alopt.analysis.step_sheets import investor_terms, step_investment, step_life, step_sheets
from alopt.cli import main
from alopt.data import default_inputs
from alopt.data.projects import load_project, read_project
from alopt.errors import UsageError
from alopt.report import investments
from alopt.report.site_screen import site_screen
from alopt.solve.pricing import SitePrices

SITE = "shanxi_huaze"
PACKAGE = (SITE, "c240", "c240_package", 2025)


@pytest.fixture(scope="module")
def solution():
    return alopt.solve(alopt.build(alopt.load(resolution="smelter")))


@pytest.fixture(scope="module")
def found(solution):
    return site_options(solution, SITE)


def priced_world(capex):
    """North of the retrofit world with market prices, at which power costs what it costs there."""
    world = retrofit_world(capex)
    world.prices["example"] = {**world.prices["example"], "metal_cny_per_t": 15_000, "power_cny_per_mwh": 300}
    world.parameters(investor_rate=0.08)
    return world


def small(tmp_path, capex=2600, investor=0.0):
    """North with a rebuild that saves 1 MWh/t, 300 CNY/t a year over ten years without time value."""
    world = priced_world(capex)
    world.parameters(investor_rate=investor)
    return world.solve(tmp_path)


def test_a_step_alone_by_hand(tmp_path):
    """3,000 saved less 2,600 is 400; at 250 CNY/MWh it is 2,500 less 2,600, so that 260 breaks even."""
    solution = small(tmp_path)
    vat = 1.0 + solution.data.vat["power"]
    prices = [price * vat for price in (250.0, 260.0, 300.0)]
    summary, packages, plan = site_options(solution, "north_smelter", prices)
    (step,) = summary["steps"]
    assert step["plan_value_cny_per_t_a"] == near(400)
    assert step["plan_pays_above_cny_per_mwh_with_vat"] == near(260 * vat)
    assert summary["power_in_the_plan_cny_per_mwh_with_vat"] == near(300 * vat)
    values = {row["power_cny_per_mwh_with_vat"]: row["plan_value_cny_per_t_a"] for row in packages.records()}
    assert [values[price] for price in prices] == pytest.approx([-100, 0, 400], abs=1e-6)
    stands = {(r["power_cny_per_mwh_with_vat"], r["cell"]): r["capacity_mt_per_a"] for r in plan.records()}
    assert stands[prices[0], "pot"] == near(0.6)
    assert stands[prices[2], "better"] == near(0.6)


def test_the_project_alone_and_in_the_plan_agree(tmp_path):
    """On the same years, rate and prices the investor's sheet and the plan's value are the same figure."""
    solution = small(tmp_path)
    vat = 1.0 + solution.data.vat["power"]
    _, packages, _ = site_options(solution, "north_smelter", [230.0 * vat, 300.0 * vat, 345.0 * vat])
    rows = list(packages.records())
    assert len(rows) >= 3
    for row in rows:
        assert row["investor_npv_cny_per_t_a"] == pytest.approx(row["plan_value_cny_per_t_a"], abs=1e-6)


def test_the_same_years_rate_and_price_give_the_plan_s_value(found):
    """Power and works to the last digit; capital to the book value that stands for annuities at the end."""
    parts = found[0]["best"]["parts"]
    assert (found[0]["best"]["from_cell"], found[0]["best"]["to_cell"]) == ("c240", "c240_package")
    sheet, plan = parts["investor_at_plan_terms"], parts["plan_at_todays_power"]
    assert plan["power"] == pytest.approx(sheet["power"], rel=1e-8)
    assert plan["works"] == pytest.approx(sheet["works"], rel=1e-12)
    assert plan["capital"] == pytest.approx(sheet["capital"], rel=0.005)
    assert plan["staying_open"] == pytest.approx(0, abs=1e-3)
    assert plan["other_costs"] == pytest.approx(sheet["other_costs"], abs=1e-3)


def test_parts_sum_to_both_values(found):
    summary, packages, _ = found
    parts, step = summary["best"]["parts"], summary["steps"][0]
    best = next(s for s in summary["steps"] if s["to_cell"] == summary["best"]["to_cell"])
    assert sum(parts["investor"].values()) == near(best["investor_npv_cny_per_t_a"])
    assert sum(parts["plan"].values()) == near(best["plan_value_cny_per_t_a"])
    today = summary["power_today_cny_per_mwh_with_vat"]
    here = {r["to_cell"]: r for r in packages.records() if r["power_cny_per_mwh_with_vat"] == today}
    assert sum(parts["plan_at_todays_power"].values()) == near(here["c240_package"]["plan_value_cny_per_t_a"])
    assert here[step["to_cell"]]["investor_npv_cny_per_t_a"] == pytest.approx(
        step["investor_npv_cny_per_t_a"], abs=1e-4
    )


def test_break_evens_put_back_give_nothing(solution, found):
    data, (place, terms) = solution.data, step_place(solution.data, SITE)
    for step in found[0]["steps"]:
        inv = step_investment(data, place, terms, (SITE, step["from_cell"], step["to_cell"], 2025))
        even = step["investor_pays_above_cny_per_mwh_with_vat"] / (1.0 + data.vat["power"])
        assert abs(net_value(priced(inv, "power", even))) < 1e-6
    even = next(s for s in found[0]["steps"] if s["to_cell"] == "c240_package")
    price = even["plan_pays_above_cny_per_mwh_with_vat"]
    _, packages, _ = site_options(solution, SITE, [price])
    rows = {(r["to_cell"], r["power_cny_per_mwh_with_vat"]): r for r in packages.records()}
    assert rows["c240_package", price]["plan_value_cny_per_t_a"] == pytest.approx(0, abs=1e-3)


def test_cheap_power_leaves_the_package_to_cheap_plants_and_dear_power_closes(solution, found):
    plan = {(r["power_cny_per_mwh_with_vat"], r["cell"]): r["capacity_mt_per_a"] for r in found[2].records()}
    share = next(part for name, part, _ in solution.data.capex_spread if name == "cheap")
    assert plan[200.0, "c240_package"] == near(share * 0.42)
    assert plan[400.0, "c240_package"] == near(0.42)
    assert plan[550.0, "closed"] == near(0.42)
    for price in POWER_PRICES:
        assert sum(amount for (p, _), amount in plan.items() if p == price) == near(0.42)


def test_the_pricing_adds_up_to_the_finite_difference_of_the_whole_model(found):
    pricing = found[0]["pricing"]
    assert pricing["held"]["gap"] <= 1e-6
    cost = sum(line["cny_per_t_a"] for line in pricing["lines"])
    assert cost == pytest.approx(pricing["held"]["whole_cny_per_t_a"], abs=1e-3)
    steps = {line["what"]: line["amount"] for line in pricing["lines"]}
    assert steps["c240 to c240_package in 2025"] == near(-1)
    assert not any(what.startswith("shared") for what in steps), "the output does not change"


def test_prices_and_bars_are_taken_back(solution):
    problem = SitePrices(solution).site(SITE)
    before = problem.forced("retrofitted_capacity", PACKAGE, out=True).slope
    column = ("electricity", (SITE, "grid", 2025, "year"))
    with problem.dearer({column: 1e5}):
        assert problem.solver.solve().objective > problem.base.objective + 1.0
        problem.alone("retrofitted_capacity", PACKAGE)
    assert problem.solver.solve().objective == pytest.approx(problem.base.objective, rel=1e-12)
    assert problem.forced("retrofitted_capacity", PACKAGE, out=True).slope == pytest.approx(before, rel=1e-9)


def test_own_costs_and_shared_prices_make_up_the_slope(solution):
    """A rebuild with dearer metal about it: what it costs is in the parts, each once."""
    problem = SitePrices(solution).site("qinghai_qiaotou")
    index = ("qinghai_qiaotou", "c240", "sy500_package", 2030)
    found = problem.forced("retrofitted_capacity", index)
    own, shared = problem.parts(found.change)
    total = sum(own.values()) + sum(shared.values())
    assert total == pytest.approx(found.slope, abs=1e-7 * found.terms)


def test_sheets_of_all_steps_are_those_of_each(solution):
    """The table's figures beside one investment built anew; a year's step differs by its carbon alone."""
    data = solution.data
    steps = [PACKAGE, (SITE, "c240", "c240_package", 2040), (SITE, "c240", "neui600_package", 2025)]
    sheets = step_sheets(data, iter(steps))
    terms, place = investor_terms(data), places_of(data)[SITE]
    for step in steps:
        inv = step_investment(data, place, terms, step)
        assert inv.life == step_life(data, step[1], step[2])
        assert sheets[step]["npv_cny_per_t_a"] == pytest.approx(net_value(inv), rel=1e-12)
        even = sheets[step]["break_even_power_cny_per_mwh"]
        assert abs(net_value(priced(inv, "power", even))) < 1e-6
        capex = sheets[step]["break_even_capex_cny_per_t_a"]
        spent = sum(o.amount for o in inv.outlays if o.kind == "capex")
        outlays = tuple(
            replace(o, amount=o.amount * capex / spent) if o.kind in {"capex", "renewal"} else o
            for o in inv.outlays
        )
        assert abs(net_value(replace(inv, outlays=outlays))) < 1e-6 or capex == 0
    first, later = sheets[steps[0]], sheets[steps[1]]
    assert first["npv_cny_per_t_a"] == later["npv_cny_per_t_a"]
    assert first["abated_t_per_t_a"] > later["abated_t_per_t_a"] > 0
    assert sheets[steps[2]]["irr"] < terms.investor
    assert sheets[steps[2]]["npv_cny_per_t_a"] < 0


def test_a_step_that_gains_capacity_has_break_evens_of_metal_alumina_and_quota(solution):
    """With a gain of 1.1 each price, put back, leaves nothing; with 1 the table says why there is none."""
    data = solution.data
    key = PACKAGE[1], PACKAGE[2]
    (plain,) = step_sheets(data, iter([PACKAGE])).values()
    assert plain["break_even_metal_cny_per_t"] is None
    assert plain["no_break_even"] == (
        "alumina: the output does not change; metal: the output does not change; "
        "quota: no quota changes hands"
    )
    grown = replace(data, arcs={**data.arcs, key: replace(data.arcs[key], gain=1.1)})
    (row,) = step_sheets(grown, iter([PACKAGE])).values()
    inv = step_investment(grown, places_of(grown)[SITE], investor_terms(grown), PACKAGE)
    assert inv.after.capacity == pytest.approx(1.1)
    for what, unit in (("power", "mwh"), ("alumina", "t"), ("metal", "t"), ("quota", "t_a")):
        even = row[f"break_even_{what}_cny_per_{unit}"]
        assert abs(net_value(priced(inv, what, even))) < 1e-6 * abs(row["npv_cny_per_t_a"])
    assert row["no_break_even"] is None
    assert row["break_even_quota_cny_per_t_a"] == pytest.approx(row["npv_cny_per_t_a"] / 0.1)


def test_steps_of_newcomers_have_the_figures_of_a_plant_that_stands_there(solution):
    """Power is what a project for 10 kt/a in the region is told; captive plants are not a newcomer's."""
    data = solution.data
    step = ("new_yunnan", "sy500_package", "inert", 2040)
    row = step_sheets(data, iter([step]))[step]
    place = newcomer_places(data)["new_yunnan"]
    raw = load_project("zhongrun-phase-2", default_inputs()).raw
    raw = {key: value for key, value in raw.items() if key not in {"power", "provenance"}}
    line = read_project({**raw, "region": "yunnan", "capacity_mt_per_a": 0.01}, "line.yaml", "line")
    assert place.power.price == pytest.approx(invest(line, data).prices.power_after[0], rel=1e-3)
    sites = data.fleet.sites
    captive = [p.power.price for i, p in places_of(data).items() if sites[i].region == "shandong"]
    assert newcomer_places(data)["new_shandong"].power.price > max(captive)
    inv = step_investment(data, place, investor_terms(data), step)
    assert row["npv_cny_per_t_a"] == pytest.approx(net_value(inv), rel=1e-12)
    assert set(newcomer_places(data)) == {i for i, s in data.fleet.sites.items() if s.kind == "newcomer"}


def test_screen_and_figure(found):
    summary, packages, plan = found
    shown = site_screen(summary, packages, plan)
    assert "nan" not in shown
    assert all(len(line) <= 140 for line in shown.splitlines())
    for text in ("Huaze", "under 200", "never", "whole model", "30% at 0.65", "Why the plan agrees"):
        assert text in shown
    drawn = json.dumps(investments.site_packages(summary, packages).to_dict(), ensure_ascii=False)
    for text in ("full package", "single measures", "neui600, full package", "today 413"):
        assert text in drawn
    assert "每" not in drawn
    assert "电价" in json.dumps(
        investments.site_packages(summary, packages, "zh").to_dict(), ensure_ascii=False
    )


def test_command(tmp_path, capsys):
    out = tmp_path / "site"
    years = "years=[2025, 2030, 2035]"
    assert main(["retrofit", "--site", SITE, "--set", years, "--out", str(out), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["pricing"]["held"]["gap"] <= 1e-6
    names = {path.name for path in out.iterdir()}
    assert names == {"run.json", "site.json", "site_packages.csv", "site_packages.svg", "site_plan.csv"}
    province = ["retrofit", "--site", "qinghai", "--resolution", "province"]
    assert main([*province, "--out", str(tmp_path / "province"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {step["from_cell"] for step in shown["steps"]} > {"c240"}
    assert main(["retrofit", "--site", "shanxi_huazhe", "--out", str(out)]) == 2
    assert "No smelter stands at shanxi_huazhe; did you mean shanxi_huaze" in capsys.readouterr().err
    assert main(["retrofit", "--site", SITE, "--owner", "Chalco"]) == 2
    assert "Give --site or --owner, not both." in capsys.readouterr().err
    assert main(["retrofit", "--site", SITE, "--set", "market_prices=null"]) == 2
    text = "--site needs market prices with a metal price, and an investor_rate."
    assert text in capsys.readouterr().err


def test_a_site_without_steps(tmp_path):
    world = priced_world(1000)
    for row in world.tables["retrofits"]:
        row["earliest_year"] = "2030"
    solution = world.solve(tmp_path)
    with pytest.raises(UsageError, match="No step can be taken at south_smelter in 2025"):
        site_options(solution, "south_smelter")
