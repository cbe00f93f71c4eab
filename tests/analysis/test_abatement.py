"""The abatement curve of a small world by hand, its checks, and the expert curve beside it.

As for the emission cap: north 3,900 CNY/t and 10.6 t CO2/t, south 5,200 and 4.1, 0.6 Mt/a each, demand
0.8 Mt, imports at 9,000 that emit 10 t/t abroad. Without a price north is full and south makes 0.2: 7.18
Mt. A tonne moved south saves 6.5 t for 1,300 CNY: 200 CNY/t. Importing what north still makes saves 10.6 t
for 5,100: 481.1; what south makes 4.1 t for 3,800: 926.8 CNY/t.
"""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest
from worlds import World, near, plain_world

import alopt
from alopt.analysis.abatement import Wish, _Bare, _Book, _curve_checks, abatement_curve
from alopt.analysis.expert_curve import GRID_POWER, options, together
from alopt.cli import main
from alopt.errors import CheckError, InfeasibleError, UsageError
from alopt.report.abatement_screen import abatement_screen

WIDE = "smelter_scope_1_2"
PRICES = (0.0, 100.0, 300.0, 600.0, 1000.0)


def clean_and_dirty() -> World:
    world = plain_world()
    world.quantities("cell_values", "class", "pot", {"anode_co2_t_per_t": 1.5})
    world.step("import_steps", "parity", 9000, 10)
    return world


def two_years(world: World) -> World:
    """2025 stands for two years, 2027 for three: weights 1.44 and 0.512 x 2.44 = 1.24928."""
    world.scenario(years=[2025, 2027], last_period_years=3)
    return world


def with_measures(world: World) -> World:
    """A measure saves 1 MWh/t for 400 CNY/t·a, a package 2 MWh/t for 900; both every two years."""
    for name, saved, charge in (("saver", 1, 400), ("package", 2, 900)):
        world.measure(
            name, voltage_change_v=-saved * 1000.0 / 2980.0, recurring_capex_cny_per_t_a=1.8 * charge,
            recurring_life_a=2,
        )  # fmt: skip
        world.state(f"pot_{name}", "pot", name)
        world.retrofit("pot", f"pot_{name}", name)
    return world


def with_coal(world: World) -> World:
    """North's own units give 4.5 of the 7.8 TWh that it takes at full load, at 200 CNY/MWh and 0.8 t/MWh."""
    world.add(
        "captive_units", unit="u", plant="station", owner="o", region="north", site="north_smelter",
        in_use=True, capacity_gw=0.9, start_year=2005, technology="coal",
    )  # fmt: skip
    costs = {
        "coal_price_cny_per_t": 0.0, "heat_rate_kgce_per_kwh": 0.3, "operation_cny_per_kwh": 0.2,
        "levies_cny_per_kwh": 0.0, "reserve_fee_cny_per_kwh": 0.0, "hours_per_a": 5000.0,
        "emission_factor_t_per_mwh": 0.8,
    }  # fmt: skip
    for region in ("north", "south"):
        world.quantities("captive_costs", "region", region, costs)
    return world


def column(curve, name: str) -> list:
    return [row[name] for row in curve.steps.records()]


# The model's curve


def test_steps_by_hand(tmp_path):
    """Emissions 7.18; 4.58 = 0.6 x 4.1 + 0.2 x 10.6 with south full; 2.46 with south alone; none."""
    curve = abatement_curve(clean_and_dirty().data(tmp_path), Wish(WIDE, PRICES))
    assert column(curve, "emissions_mt_per_a") == [near(e) for e in (7.18, 7.18, 4.58, 2.46, 0.0)]
    assert column(curve, "abated_mt_per_a") == [near(a) for a in (0.0, 0.0, 2.6, 4.72, 7.18)]
    costs = [None, None, near(200.0), near(5100 / 10.6), near(3800 / 4.1)]
    assert column(curve, "step_cost_cny_per_t") == costs
    assert column(curve, "resource_cost_m_cny_per_a") == [near(c) for c in (0, 0, 520, 1540, 3820)]
    assert column(curve, "average_cost_cny_per_t")[-1] == near(3820 / 7.18)
    assert column(curve, "payments_m_cny_per_a") == [
        near(p * e) for p, e in zip(PRICES, (7.18, 7.18, 4.58, 2.46, 0.0), strict=True)
    ]
    assert column(curve, "output_mt_per_a") == [near(o) for o in (0.8, 0.8, 0.8, 0.6, 0.0)]


def test_metal_made_abroad_is_counted_beside_it(tmp_path):
    """0.2 and 0.8 Mt are imported, at 10 t/t: at 1,000 CNY/t more is emitted in all than without a price."""
    curve = abatement_curve(clean_and_dirty().data(tmp_path), Wish(WIDE, PRICES))
    assert column(curve, "outside_mt_per_a") == [near(o) for o in (0, 0, 0, 2.0, 8.0)]
    assert column(curve, "abated_with_outside_mt_per_a") == [near(a) for a in (0, 0, 2.6, 2.72, -0.82)]


def test_what_brings_the_tonnes(tmp_path):
    """The move south at 300 CNY/t is location's; at 1,000 the last output goes, and nothing else."""
    curve = abatement_curve(clean_and_dirty().data(tmp_path), Wish(WIDE, PRICES))
    assert column(curve, "step_location_mt_per_a")[2] == near(2.6)
    assert column(curve, "moved_mt_per_a")[2] == near(0.4)
    assert column(curve, "step_activity_mt_per_a")[2] == near(0.0)
    for before, row in pairwise(curve.steps.records()):
        parts = sum(
            value for key, value in row.items() if key.startswith("step_") and key.endswith("_mt_per_a")
        )
        assert parts == near(row["abated_mt_per_a"] - before["abated_mt_per_a"])


def test_a_measure_that_pays_at_its_price_is_taken(tmp_path):
    """North's saver costs 100 CNY/t·a net and saves 0.7 t/t: 142.9 CNY/t, on a sixth of 0.6 Mt/a.

    South's costs nothing net and saves 0.2 t/t: it is taken at any price above nil.
    """
    world = with_measures(clean_and_dirty())
    curve = abatement_curve(world.data(tmp_path), Wish(WIDE, (0.0, 142.0, 143.5)))
    assert column(curve, "step_technology_mt_per_a") == [0.0, near(0.02), near(0.07)]
    assert column(curve, "step_cost_cny_per_t")[2] == near(100 / 0.7)
    assert column(curve, "relined_mt_per_a")[2] - column(curve, "relined_mt_per_a")[1] == near(0.1)


def test_area_under_the_curve_is_the_rise_of_cost(tmp_path):
    """At two years: the area in discounted tonnes, within what the steps' prices allow."""
    data = two_years(with_measures(clean_and_dirty())).data(tmp_path)
    curve = abatement_curve(data, Wish(WIDE, PRICES))
    rows = list(curve.steps.records())
    area = sum(
        (row["step_cost_cny_per_t"] or 0.0) * (row["abated_mt_per_a"] - before["abated_mt_per_a"])
        for before, row in pairwise(rows)
    )
    cost = rows[-1]["resource_cost_present_value_m_cny"] - rows[0]["resource_cost_present_value_m_cny"]
    assert area * (1.44 + 1.24928) == near(cost)
    check = next(c for c in curve.summary["checks"] if c["name"] == "area under the curve = rise of cost")
    assert check["least_m_cny"] <= check["rise_m_cny"] <= check["most_m_cny"]
    assert check["rise_m_cny"] == near(cost)


def test_every_step_is_the_run_of_that_price(tmp_path):
    """Re-solved from the last basis, a step costs what the scenario of that price costs."""
    inputs = two_years(with_coal(with_measures(clean_and_dirty()))).write(tmp_path)
    curve = abatement_curve(alopt.load(inputs), Wish(WIDE, PRICES, cold=True))
    for row in curve.steps.records():
        policy = {"price_cny_per_t": row["price_cny_per_t"], "scope": WIDE}
        found = alopt.run("baseline", inputs=inputs, settings={"policies.carbon_price": policy})
        assert row["resource_cost_present_value_m_cny"] + row["carbon_payment_present_value_m_cny"] == near(
            found.summary["objective_m_cny"]
        )


def test_direct_emissions_alone(tmp_path):
    """1.5 t/t at both: only imports save any, north's at 5,100 / 1.5 = 3,400, south's at 2,533 CNY/t."""
    curve = abatement_curve(clean_and_dirty().data(tmp_path), Wish("direct", (0.0, 3000.0, 4000.0)))
    assert column(curve, "step_cost_cny_per_t")[1:] == [near(3800 / 1.5), near(5100 / 1.5)]
    assert column(curve, "emissions_mt_per_a") == [near(1.2), near(0.9), near(0.0)]


def test_budgets_give_the_prices_that_prices_give(tmp_path):
    """Five years emit 35.9 Mt. Their price is today's: 200 x 1.24928 / 3 where 2027's metal moves south."""
    data = two_years(clean_and_dirty()).data(tmp_path)
    curve = abatement_curve(data, Wish(WIDE, (), (0.9, 0.7)))
    rows = list(curve.steps.records())
    assert [row["budget_mt"] for row in rows] == [None, near(0.9 * 35.9), near(0.7 * 35.9)]
    assert [row["emissions_all_years_mt"] for row in rows] == [near(35.9), near(0.9 * 35.9), near(0.7 * 35.9)]
    assert rows[1]["price_cny_per_t"] == near(200 * 1.24928 / 3)
    assert rows[1]["step_cost_cny_per_t"] == near(200 * 1.24928 / 3)
    assert curve.summary["stepped"] == "budget"


def test_without_imports_demand_goes_unserved(tmp_path):
    """Without imports demand goes unserved: a tight budget has a plan, and the curve goes on."""
    world = clean_and_dirty()
    world.remove("import_steps")
    curve = abatement_curve(world.data(tmp_path), Wish(WIDE, (), (0.9, 0.01)))
    assert curve.summary["solved"] == curve.summary["asked"] == 3
    assert column(curve, "unserved_mt_per_a")[-1] > 0.5


def test_a_budget_that_no_plan_meets_ends_the_curve(tmp_path, monkeypatch):
    plain = _Book.capped

    def capped(self, budget):
        if budget < 2.0:
            raise InfeasibleError("No plan meets all constraints.")
        return plain(self, budget)

    monkeypatch.setattr(_Book, "capped", capped)
    curve = abatement_curve(clean_and_dirty().data(tmp_path), Wish(WIDE, (), (0.9, 0.5, 0.1)))
    assert (curve.summary["asked"], curve.summary["solved"]) == (4, 3)
    assert "No plan meets the 1 tightest." in " ".join(abatement_screen(curve).split())


def test_a_carbon_policy_of_the_scenario_is_set_aside(tmp_path):
    world = clean_and_dirty()
    world.scenario(policies={"carbon_price": {"price_cny_per_t": 250, "scope": WIDE}})
    curve = abatement_curve(world.data(tmp_path), Wish(WIDE, (0.0, 100.0)))
    assert curve.summary["set_aside"] == ["carbon_price"]
    assert column(curve, "emissions_mt_per_a")[0] == near(7.18)


# The curve's own checks


def test_cap_and_price_swap(tmp_path):
    curve = abatement_curve(clean_and_dirty().data(tmp_path), Wish(WIDE, PRICES))
    swap = next(c for c in curve.summary["checks"] if "budget_mt" in c)
    assert swap["budget_mt"] == near(7.18 / 2)
    assert swap["price_cny_per_t"] == near(0.8 * 5100 / 10.6)
    assert swap["priced_objective_m_cny"] == near(
        swap["capped_objective_m_cny"] + swap["price_cny_per_t"] * swap["budget_mt"]
    )


@pytest.mark.parametrize("seed", range(6))
def test_properties_of_random_worlds(tmp_path, seed):
    """Steps grow dearer; any budget and its price give one cost; the steps' area is the rise of cost."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    world = two_years(with_coal(with_measures(clean_and_dirty())))
    world.demand({2025: draw.uniform(0.5, 1.3), 2027: draw.uniform(0.5, 1.3)})
    for region in ("north", "south"):
        world.power(region, draw.uniform(150, 500))
        world.put("grid_factors", "region", region=region, year=2024, emission_factor_t_per_mwh=draw.random())
    prices = (0.0, *sorted(draw.uniform(1, 3000) for _ in range(4)))
    data = world.data(tmp_path)
    curve = abatement_curve(data, Wish(WIDE, prices))
    costs = [cost for cost in column(curve, "step_cost_cny_per_t") if cost is not None]
    assert costs == sorted(costs)
    abated = column(curve, "abated_mt_per_a")
    assert all(one <= two + 1e-9 for one, two in pairwise(abated))
    book = _Book(data, Wish(WIDE, prices), {})
    emitted = column(curve, "emissions_all_years_mt")
    budget = draw.uniform(emitted[-1], emitted[0])
    capped = book.again.solve(*book.capped(budget))
    price = book.budget_price(capped)
    assert price >= 0.0
    priced = book.again.solve_cold(*book.priced(book.path(price)))
    assert priced.objective == near(capped.objective + price * budget)


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (_Bare(200.0, 5.0, 5.0, 150.0), "emissions fall as the price rises"),
        (_Bare(200.0, 2.0, 2.0, 120.0), "each step costs between its two prices"),
        (_Bare(200.0, 2.0, 2.0, 700.0), "area under the curve = rise of cost"),
    ],
)
def test_the_checks_see_what_they_are_for(tmp_path, fault, name):
    """Two sound steps (4 Mt at nil, 3 Mt at 100 CNY/t for 100 M CNY) and a third that is wrong."""
    book = _Book(clean_and_dirty().data(tmp_path), Wish(WIDE, PRICES), {})
    sound = [_Bare(0.0, 4.0, 4.0, 0.0), _Bare(100.0, 3.0, 3.0, 100.0)]

    def failed(kept: list[_Bare]) -> list[str]:
        whole = sum(book.weight.values())
        rows = [
            {
                "abated_mt_per_a": (kept[0].tonnes - one.tonnes) / whole,
                "step_cost_cny_per_t": (one.cost - last.cost) / (last.tonnes - one.tonnes)
                if one is not last
                else None,
            }
            for last, one in zip([kept[0], *kept], kept, strict=False)
        ]
        return [check["name"] for check in _curve_checks(book, kept, rows) if not check["ok"]]

    assert failed(sound) == []
    assert name in failed([*sound, fault])


def test_a_failed_check_is_an_error(tmp_path, monkeypatch):
    """A price that is half of what the program was told fails the run's own accounts."""
    data = clean_and_dirty().data(tmp_path)
    plain = _Book.priced

    def halved(self, by_year):
        program, _ = plain(self, {y: price / 2 for y, price in by_year.items()})
        return program, plain(self, by_year)[1]

    monkeypatch.setattr(_Book, "priced", halved)
    with pytest.raises(CheckError):
        abatement_curve(data, Wish(WIDE, PRICES))


# The expert curve


def test_each_measure_alone_by_hand(tmp_path):
    """Saver: north 100 CNY/t for 0.7 t/t, south nil for 0.2; package: 300 for 1.4 and 100 for 0.4."""
    data = with_measures(clean_and_dirty()).data(tmp_path)
    found = {(one.measure, one.site): one for one in options(data, 2025, WIDE)}
    assert found["saver", "north_smelter"].unit_cost == near(100 / 0.7)
    assert found["saver", "south_smelter"].cost == pytest.approx(0.0, abs=1e-9)
    assert found["package", "north_smelter"].unit_cost == near(300 / 1.4)
    assert found["package", "north_smelter"].abated == near(0.6 * 1.4)
    assert found["package", "south_smelter"].unit_cost == near(100 / 0.4)
    assert options(data, 2025, "direct") == []


def test_measures_that_exclude_each_other_count_once_together(tmp_path):
    """Alone 0.54 + 1.08 Mt; at a pot the package takes the saver's place, so 1.08 together."""
    data = with_measures(clean_and_dirty()).data(tmp_path)
    both = together(data, options(data, 2025, WIDE), 2025, WIDE, 1000.0)
    assert (both.alone, both.joint, both.overlap) == (near(1.62), near(1.08), near(0.54))
    assert both.cleaner == pytest.approx(0.0, abs=1e-9)
    cheap = together(data, options(data, 2025, WIDE), 2025, WIDE, 150.0)
    assert (cheap.alone, cheap.overlap) == (near(0.54), near(0.0))


def test_power_saved_on_a_cleaner_mix_saves_less(tmp_path):
    """Grid power for 4.5 TWh of coal saves 0.45 Mt for 450 M CNY; the package then saves 2 x 0.7 t/t, not 2 x
    (4.5 x 0.8 + 3.3 x 0.7) / 7.8."""
    data = with_coal(with_measures(clean_and_dirty())).data(tmp_path)
    found = options(data, 2025, WIDE)
    grid = next(one for one in found if one.measure == GRID_POWER)
    assert (grid.abated, grid.unit_cost) == (near(0.45), near(1000.0))
    both = together(data, found, 2025, WIDE, 2000.0)
    mix = (4.5 * 0.8 + 3.3 * 0.7) / 7.8
    assert both.cleaner == near(0.6 * 2 * (mix - 0.7))
    assert both.alone == near(both.joint + both.overlap + both.cleaner)


def test_the_table_of_measures_adds_up(tmp_path):
    curve = abatement_curve(with_coal(with_measures(clean_and_dirty())).data(tmp_path), Wish(WIDE, PRICES))
    rows = list(curve.measures.records())
    assert {row["measure"] for row in rows} == {"saver", "package", GRID_POWER}
    costs = [row["cost_cny_per_t"] for row in rows]
    assert costs == sorted(costs)
    assert rows[-1]["to_mt_per_a"] == near(sum(row["abated_mt_per_a"] for row in rows))
    last = curve.summary["why_they_differ"][-1]
    assert last["alone_mt"] == near(rows[-1]["to_mt_per_a"])
    # 0.6 Mt of each pot standing would emit more than the plan of 0.8 Mt does.
    assert last["standing_mt"] - last["already_mt"] == near(column(curve, "emissions_mt_per_a")[0])


# Usage and the command


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish(prices=(0.0,)), "--carbon-prices takes rising prices from 0 on"),
        (Wish(prices=(50.0, 100.0)), "--carbon-prices takes rising prices from 0 on"),
        (Wish(prices=(0.0, 100.0, 100.0)), "--carbon-prices takes rising prices from 0 on"),
        (Wish(budgets=(0.8, 0.9)), "--budgets takes falling percentages between 0 and 100"),
        (Wish(budgets=(1.2,)), "--budgets takes falling percentages between 0 and 100"),
        (Wish(year=2031), "--year 2031 is no model year of baseline: there are 2025."),
    ],
)
def test_wishes_without_a_meaning(tmp_path, wish, message):
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        abatement_curve(clean_and_dirty().data(tmp_path), wish)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--carbon-prices", "0,50", "--budgets", "90"], "Give --carbon-prices or --budgets, not both"),
        (
            ["--carbon-prices", "0,fifty"],
            "takes numbers with commas between them, as 0,50,100; found '0,fifty'.",
        ),
        (["--carbon-prices", "0,nan"], "takes numbers with commas between them"),
        (["--budgets", "0"], "--budgets takes falling percentages"),
        (["--year", "2031"], "--year 2031 is no model year"),
        (["no-such"], "no such scenario"),
    ],
)
def test_bad_usage_writes_nothing(tmp_path, monkeypatch, capsys, arguments, message):
    inputs = clean_and_dirty().write(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    assert main(["curve", "abatement", *arguments, "--inputs", str(inputs)]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""
    assert not Path("results").exists()


def test_a_credit_for_the_stepped_price_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["curve", "abatement", "ets-tiers-cbam"]) == 2
    message = "The border charge of ets-tiers-cbam credits the carbon price at home, which the curve steps;"
    assert message in capsys.readouterr().err
    assert not Path("results").exists()


def test_the_command_writes_and_shows_the_curve(tmp_path, monkeypatch, capsys):
    inputs = with_coal(with_measures(clean_and_dirty())).write(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    arguments = ["curve", "abatement", "--inputs", str(inputs), "--carbon-prices", "0,100,300,600"]
    assert main([*arguments, "--out", "a"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for text in (
        "Abatement cost curve of baseline", "What brings the tonnes of each step", "Expert curve of 2025",
        "Effects of measures do not add.", "the area under the curve is the rise of cost", "imported instead",
    ):  # fmt: skip
        assert text in shown
    names = {path.name for path in Path("a").iterdir()}
    assert {"abatement_curve.csv", "abatement_years.csv", "abatement_measures.csv", "abatement_curve.json",
            "abatement_curve.svg", "run.json"} <= names  # fmt: skip
    assert main([*arguments, "--out", "b", "--json"]) == 0
    assert [step["price_cny_per_t"] for step in json.loads(capsys.readouterr().out)["steps"]] == [
        0,
        100,
        300,
        600,
    ]
    for name in (
        "abatement_curve.csv",
        "abatement_years.csv",
        "abatement_measures.csv",
        "abatement_curve.svg",
    ):
        assert (Path("a") / name).read_bytes() == (Path("b") / name).read_bytes()


def test_without_measures_the_screen_says_so(tmp_path, monkeypatch, capsys):
    inputs = clean_and_dirty().write(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    assert main(["curve", "abatement", "--inputs", str(inputs), "--budgets", "90,50"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "there is no expert curve" in shown
    assert "budget, Mt" in shown
