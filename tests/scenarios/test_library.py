"""Every shipped scenario asks something, says on what it rests, runs with all checks, and agrees with others.

Comparisons are of totals over the horizon, which an optimum fixes; ROUNDING is far above what the solver
leaves.
"""

from __future__ import annotations

import csv

import pytest

from alopt.analysis.scenario_list import THEMES, page
from alopt.data.scenario import read_yaml, scenario_names
from alopt.data.schema import default_inputs

INPUTS = default_inputs()
NAMES = scenario_names(INPUTS)
ROUNDING = 1e-7  # of a total, as a share


def own(name: str) -> dict:
    return read_yaml(INPUTS / "scenarios" / f"{name}.yaml", name)


def at_most(lower: float, higher: float) -> bool:
    return lower <= higher * (1 + ROUNDING)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_says_what_it_asks_and_on_what_it_rests(name):
    content = own(name)
    assert content["name"] == name
    assert content["question"].endswith("?")
    assert len(content["description"].split()) > 4
    assert content["sources"]
    assert ("extends" in content) == (name != "baseline")


def test_sources_are_keys_of_the_table():
    with (INPUTS / "sources.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["source"] for row in csv.DictReader(file)}
    for name in NAMES:
        cited = {source for source in own(name)["sources"] if " " not in source}
        assert cited
        assert cited <= keys, name


def test_assumptions_stand_in_the_description():
    """What rests on assumptions of this model says so where it says what is set."""
    said = [name for name in NAMES if "assum" in own(name)["description"].lower()]
    silent = {name for name in NAMES if "alopt_assumption" in own(name)["sources"]} - set(said)
    assert silent <= {"baseline", "baseline-single-years", "base-2024", "no-cap", "quota-free"}


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_runs_and_all_checks_hold(name, outcome):
    summary = outcome(name).summary
    assert summary["status"] == "optimal"
    assert all(check["ok"] for check in summary["checks"])


def test_the_page_is_not_stale():
    """Renew with `python -m alopt.analysis.scenario_list --write`."""
    assert (INPUTS / "scenarios" / "README.md").read_text(encoding="utf-8") == page()


def test_every_scenario_stands_under_one_theme():
    listed = [name for names in THEMES.values() for name in names]
    assert sorted(listed) == NAMES


@pytest.mark.parametrize(
    ("family", "scope"), [("carbon-direct", "direct"), ("carbon-wide", "smelter_scope_1_2")]
)
def test_a_higher_carbon_price_never_raises_what_it_is_on(family, scope, outcome):
    """Two plans, each the cheapest at its price: else they would change places."""
    runs = [outcome("baseline"), *(outcome(f"{family}-{price}") for price in (100, 200, 500))]
    emitted = [run.emitted(scope, discounted=True) for run in runs]
    resources = [run.resources for run in runs]
    for cheap, dear in zip(range(3), range(1, 4), strict=True):
        assert at_most(emitted[dear], emitted[cheap])
        assert at_most(resources[cheap], resources[dear])
    assert emitted[3] < 0.9 * emitted[0]


def test_a_tighter_budget_is_kept_and_dearer(outcome):
    """What keeps the tight budget keeps the loose one too; the last tonnes cost most."""
    runs = [outcome("baseline"), *(outcome(f"budget-{cut}") for cut in (30, 60, 95))]
    boundary = "smelter_scope_1_2"
    whole = runs[0].emitted(boundary)
    costs = [run.cost for run in runs]
    for run, cut, budget in zip(runs[1:], (0.30, 0.60, 0.95), (8900, 5100, 635), strict=True):
        assert at_most(run.emitted(boundary), budget)
        assert budget / whole == pytest.approx(1 - cut, abs=0.01)
    slopes = [(b - a) / cut for a, b, cut in zip(costs, costs[1:], (0.30, 0.30, 0.35), strict=False)]
    assert 0 < slopes[0] < slopes[1] < slopes[2]


def test_the_path_to_five_percent_is_kept(outcome):
    path = outcome("emissions-95-2050")
    for y in (2050, 2055, 2060):
        assert at_most(path.year(y)["emissions_mt_co2e"]["by_boundary"]["smelter_scope_1_2"], 22.4)
    assert path.cost > outcome("baseline").cost


@pytest.mark.parametrize(
    ("free", "bound"),
    [
        ("no-cap", "baseline"),
        ("baseline", "cap-40"),
        ("quota-free", "demand-high"),
        ("demand-high", "quota-1.25"),
        ("captive-new", "baseline"),
        ("cheap-wind-solar", "baseline"),
        ("inert-anode-2035", "baseline"),
        ("baseline", "captive-out-2040"),
        ("baseline", "renewable-50-2030"),
        ("baseline-single-years", "renewable-30-2027"),
        ("baseline", "guinea-embargo"),
        ("baseline-single-years", "guinea-embargo-one-year"),
        ("baseline", "xinjiang-refused"),
        ("baseline", "yunnan-drought"),
        ("baseline-single-years", "yunnan-drought-once"),
        ("yunnan-drought-once", "yunnan-drought-each-fourth-year"),
        ("baseline-single-years", "sichuan-2022"),
        ("baseline", "coal-plus-50"),
        ("base-2024", "alumina-january-2025"),
        ("fleet-2016", "fleet-2016-ladder"),
        ("fleet-2016", "fleet-2016-phase-out"),
    ],
)
def test_fewer_options_or_dearer_inputs_cost_more(free, bound, outcome):
    """Every plan of the one is open to the other at no higher cost, so its best is no dearer."""
    assert at_most(outcome(free).cost, outcome(bound).cost)


@pytest.mark.parametrize("name", ["carbon-market", "carbon-market-captive", "tiers-2025", "cbam-full"])
def test_payments_alone_never_save_resources(name, outcome):
    """The baseline is the plan of least resources, and these change only who pays."""
    assert at_most(outcome("baseline").resources, outcome(name).resources)


def test_three_instruments_cost_payers_more_than_the_market_alone(outcome):
    """Neither surcharge nor border charge is ever negative, with the home price taken off or not."""
    together = outcome("ets-tiers-cbam")
    assert at_most(outcome("carbon-market").cost, together.cost)
    assert at_most(outcome("baseline").resources, together.resources)


def test_the_carbon_market_moves_nothing_while_allocation_is_verified(outcome):
    """To 2029 a tonne more costs nothing, so the metal price of 2025 is the baseline's."""
    for figure in ("metal_price_cny_per_t", "production_mt"):
        assert outcome("carbon-market").year(2025)[figure] == pytest.approx(
            outcome("baseline").year(2025)[figure], rel=1e-6
        )


def test_renewable_shares_are_met(outcome):
    assert at_most(0.30, outcome("renewable-30-2027").year(2027)["renewable_share"])
    assert at_most(0.50, outcome("renewable-50-2030").year(2030)["renewable_share"])
    assert at_most(0.50, outcome("renewable-50-2030").year(2060)["renewable_share"])


def test_no_captive_coal_is_left(outcome):
    run = outcome("captive-out-2040")
    assert run.year(2035)["captive_share"] > 0.3
    assert run.year(2040)["captive_share"] == pytest.approx(0.0, abs=1e-9)


def test_events_of_one_year_leave_the_others_alone(outcome):
    """The year is short of metal, and with its restarts behind it 2031 is as it would have been."""
    usual = outcome("baseline-single-years")
    for name, least in (
        ("yunnan-drought-once", 0.4),
        ("sichuan-2022", 0.0),
        ("guinea-embargo-one-year", 8.0),
    ):
        event = outcome(name)
        lost = usual.year(2027)["production_mt"] - event.year(2027)["production_mt"]
        assert lost >= least - 1e-6, name
        assert event.year(2031)["production_mt"] == pytest.approx(usual.year(2031)["production_mt"], abs=0.5)
    dear = outcome("yunnan-drought-once").year(2027)["metal_price_cny_per_t"]
    assert dear > usual.year(2027)["metal_price_cny_per_t"]


def test_a_short_life_builds_less(outcome):
    """A tenth of the capex a year and more must be earned in ten years, a twelfth in thirty."""
    short, long = outcome("life-10"), outcome("life-30")
    assert short.built_mt_per_a < long.built_mt_per_a
    assert at_most(long.cost, short.cost)


def test_a_replacement_ratio_builds_less_than_free_trade(outcome):
    """Quota that shrinks as it moves leaves less of it where lines would be new."""
    assert at_most(outcome("quota-1.25").built_mt_per_a, outcome("quota-free").built_mt_per_a)
    assert outcome("quota-1.25").year(2030)["quota_rent_cny_per_t_a"] > 0


def test_recycled_metal_takes_the_place_of_primary(outcome):
    """1.9 Mt more of it leave at most 1.9 Mt less to make or import."""
    usual, more = (outcome(name).year(2027) for name in ("baseline-single-years", "recycled-15-2027"))
    assert more["recycled_mt"] == pytest.approx(15.0)
    assert usual["recycled_mt"] == pytest.approx(13.1)
    gone = sum(usual[key] - more[key] for key in ("production_mt", "imports_mt"))
    assert gone == pytest.approx(1.9, abs=0.05)


def test_demand_paths_stand_in_order(outcome):
    outputs = [
        [outcome(name).year(y)["production_mt"] for name in ("demand-low", "baseline", "demand-high")]
        for y in (2030, 2040, 2060)
    ]
    assert all(low < central < high for low, central, high in outputs)


def test_the_price_of_alumina_reaches_metal(outcome):
    """1.925 t of alumina go into a tonne; output falls, and the price rises by no more than alumina does."""
    usual, dear = outcome("base-2024").year(2024), outcome("alumina-january-2025").year(2024)
    assert dear["production_mt"] < usual["production_mt"]
    rise = dear["metal_price_cny_per_t"] - usual["metal_price_cny_per_t"]
    assert 0 < rise < 1.925 * 2445 / 1.13


def test_inert_anodes_wait_for_their_year_and_their_price(outcome):
    """No cell of 2030, many of 2060 at the good end of the range, none in the baseline."""
    cheap, usual = outcome("inert-anode-2035").standing, outcome("baseline").standing
    assert cheap["2030"].get("inert", 0.0) == pytest.approx(0.0, abs=1e-9)
    assert cheap["2060"]["inert"] > 10
    assert usual["2060"].get("inert", 0.0) == pytest.approx(0.0, abs=1e-6)


def test_small_cells_are_gone_when_pressed_out(outcome):
    """Below 200 kA by 2020, below 240 by 2025; of these classes 2.0 Mt/a stood in 2016."""
    below_200 = {"c110", "c160", "c171", "c180"}

    def left(year: str, classes: set[str]) -> float:
        standing = outcome("fleet-2016-phase-out").standing[year]
        return sum(amount for cell, amount in standing.items() if cell.split("_")[0] in classes)

    below_240 = below_200 | {"c200", "c230"}
    assert left("2016", below_240) == pytest.approx(2.0375)
    assert left("2020", below_200) == pytest.approx(0.0, abs=1e-6)
    assert left("2020", below_240) > 1
    assert left("2025", below_240) == pytest.approx(0.0, abs=1e-6)
