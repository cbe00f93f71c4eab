"""The tiered tariff on a smelter's mean and, labelled, by cell; the ladder of the table and of a path.

North has two kinds of pots at 300 CNY/MWh: plain ones of 13.2 MWh/t (3,960 CNY/t) and poor ones (13.4
MWh/t: 4,020 CNY/t); south makes the rest of 0.8 Mt at 400 x 13 = 5,200 CNY/t. One year, worth 0.8. The
ladder starts at 13,300 kWh/t, where half of each kind stands on it, and takes 10 CNY/MWh on all power
for every 20 kWh/t above: 50 CNY/MWh at 13,400, 670 CNY/t.
"""

import math
from itertools import pairwise

import pytest
from worlds import World, near, plain_world, price

import alopt
from alopt.policies.tiered_tariff import chords, payment_per_tonne

PATH = {"thresholds_kwh_per_t": 13300, "step_kwh_per_t": 20, "surcharge_cny_per_kwh_per_step": 0.01}
LADDER = tuple((13300.0 + 20 * n, 10.0 * (n + 1)) for n in range(30))


def mixed_world(good: float = 0.3, poor: float = 0.3, mwh_per_t: float = 13.4, **fields) -> World:
    world = plain_world()
    free = {"maintenance_cny_per_t_a": 0.0, "cf4_kg_per_t": 0.0, "c2f6_kg_per_t": 0.0}
    world.pot("good", mwh_per_t=13.2, **free)
    world.pot("poor", mwh_per_t=mwh_per_t, **free)
    world.remove("fleet", site="north_smelter")
    for cell, amount in (("good", good), ("poor", poor)):
        world.add(
            "fleet", fleet="today", site="north_smelter", cell=cell, capacity_mt_per_a=amount,
            double_counted_mt_per_a=0,
        )  # fmt: skip
    if fields:
        world.scenario(policies={"tiered_tariff": fields})
    return world


def running(solution, cell):
    return solution.values("running")["north_smelter", cell, 2025, "year"]


def test_a_mean_on_the_threshold_pays_nothing(tmp_path):
    """0.3 x 3,960 + 0.3 x 4,020 + 0.2 x 5,200 = 3,434 M CNY a year, as without the tariff."""
    results = alopt.run("baseline", inputs=mixed_world(**PATH, basis="site").write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * 3434.0)
    assert results.summary["transfers_m_cny"] == near(0.0)
    assert results.tables["transfers"].rows == []


def test_by_cell_the_poor_pots_pay_though_the_mean_is_on_the_threshold(tmp_path):
    """0.3 Mt x 670 CNY/t = 201 M CNY a year; at 4,690 CNY/t the pots still beat the south."""
    results = alopt.run("baseline", inputs=mixed_world(**PATH, basis="cell").write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * (3434.0 + 201.0))
    (paid,) = results.tables["transfers"].records()
    assert paid["amount_m_cny"] == near(201.0)
    assert (paid["payer"], paid["receiver"]) == ("smelters", "grid company")
    assert (paid["instrument"], paid["site"]) == ("tiered_tariff", "north_smelter")


def test_a_mean_above_the_threshold_pays_on_all_power(tmp_path):
    """0.2 good and 0.4 poor: the mean of 13,333 pays on the chord from 13,300 to 13,400.

    - paid     670 CNY/t x (13,333.3 - 13,300) / 100 x 0.6 Mt = 134 M CNY a year
    - poor     4,020 + 6.7 x 100 = 4,690 CNY/t at the margin, below 5,200: all run
    - chord    its share is one: more power of the north would pay 6,700 CNY/MWh
    """
    world = mixed_world(0.2, 0.4, **PATH, basis="site")
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    resources = 0.2 * 3960.0 + 0.4 * 4020.0 + 0.2 * 5200.0
    assert results.summary["transfers_m_cny"] == near(0.8 * 134.0)
    assert results.summary["system_cost_m_cny"] == near(0.8 * resources)
    assert results.summary["objective_m_cny"] == near(0.8 * (resources + 134.0))
    (paid,) = results.tables["transfers"].records()
    assert paid["amount_m_cny"] == near(134.0)
    row = ("north_smelter", 2025, "13300-13400")
    assert price(results.solution, "tier_line", *row) == near(1.0)


def test_pots_are_idled_until_the_mean_is_on_the_threshold(tmp_path):
    """Poor pots of 13.5 MWh/t cost 4,050 CNY/t, and 6.7 x 200 = 1,340 more above the threshold: 5,390.

    South is cheaper, so 0.15 Mt of them run beside 0.3 of the good: mean 13,300, nothing is paid. Their
    margin of 5,200 - 4,050 = 1,150 is the chord's share of the 1,340.
    """
    solution = mixed_world(mwh_per_t=13.5, **PATH, basis="site").solve(tmp_path)
    assert running(solution, "good") == near(0.3)
    assert running(solution, "poor") == near(0.15)
    assert solution.objective == near(0.8 * (0.3 * 3960.0 + 0.15 * 4050.0 + 0.35 * 5200.0))
    assert price(solution, "tier_line", "north_smelter", 2025, "13300-13400") == near(1150.0 / 1340.0)


@pytest.mark.parametrize("basis", ["site", "cell"])
@pytest.mark.parametrize(
    "fields", [{"thresholds_kwh_per_t": 13400}, {"surcharge_cny_per_kwh_per_step": 0.0}], ids=str
)
def test_a_neutral_ladder_changes_nothing(tmp_path, basis, fields):
    free = mixed_world().solve(tmp_path / "free")
    tiered = mixed_world(**PATH | fields, basis=basis).solve(tmp_path / "tiered")
    assert tiered.objective == near(free.objective)


@pytest.mark.parametrize("basis", ["site", "cell"])
def test_a_lower_threshold_is_never_cheaper(tmp_path, basis):
    costs = [
        mixed_world(**PATH | {"thresholds_kwh_per_t": t}, basis=basis).solve(tmp_path / str(t)).objective
        for t in (13400, 13350, 13300, 13250, 13200, 13000)
    ]
    assert all(after >= before - 1e-9 for before, after in pairwise(costs))
    assert costs[-1] > costs[0]


@pytest.mark.parametrize(
    ("intensity", "surcharge"), [(13.70, 0.0), (13.75, 20.0), (13.80, 20.0), (13.81, 80.0)]
)
def test_the_ladder_of_a_table_on_a_smelter_of_one_kind(tmp_path, intensity, surcharge):
    """0.02 CNY/kWh above 13,700 and 0.08 above 13,800, tax of 13 % taken out; exact for a lone state."""
    world = plain_world()
    world.pot("pot", mwh_per_t=intensity, maintenance_cny_per_t_a=0.0, cf4_kg_per_t=0.0, c2f6_kg_per_t=0.0)
    for threshold, amount in ((13700, 0.02), (13800, 0.08)):
        world.add(
            "tariff_ladders", ladder="2014", from_year=2014, threshold_kwh_per_t=threshold,
            surcharge_cny_per_kwh=amount, vat="included",
        )  # fmt: skip
    world.scenario(policies={"tiered_tariff": {"ladder": 2014, "basis": "site"}})
    power = 0.6 * intensity * 300.0 + 0.2 * intensity * 400.0
    paid = 0.8 * intensity * surcharge / 1.13
    assert world.solve(tmp_path).objective == near(0.8 * (power + paid))


def test_the_shipped_ladder_in_force():
    """From 2025 on 13,300 kWh/t; 0.01 CNY/kWh with tax is 10 / 1.13 CNY/MWh, the second step twice that."""
    settings = {"policies.tiered_tariff": {"ladder": "2022", "basis": "site"}}
    steps = alopt.load(settings=settings).policies["tiered_tariff"].steps
    assert steps[2025][:2] == ((13300.0, near(10.0 / 1.13)), (13320.0, near(20.0 / 1.13)))
    assert steps[2060] == steps[2025]


def test_a_path_between_years(tmp_path):
    fields = PATH | {"thresholds_kwh_per_t": {2025: 13300, 2035: 13200}}
    world = mixed_world(**fields, basis="site")
    world.scenario(years=[2025, 2030, 2035])
    steps = world.data(tmp_path).policies["tiered_tariff"].steps
    assert [steps[y][0][0] for y in (2025, 2030, 2035)] == [13300.0, 13250.0, 13200.0]


def test_a_step_begun_counts_whole():
    assert payment_per_tonne(13300.0, LADDER) == 0.0
    assert payment_per_tonne(13301.0, LADDER) == near(13.301 * 10.0)
    assert payment_per_tonne(13320.0, LADDER) == near(13.320 * 10.0)
    assert payment_per_tonne(13321.0, LADDER) == near(13.321 * 20.0)


def test_chords_lie_on_the_envelope_to_within_the_error_stated():
    """The envelope joins the points where steps are completed, (13,300 + 20 n) x 10 n / 1,000 CNY/t.

    Chords are never below it and at most 1.3 CNY/t above; one in 100 kWh/t suffices.
    """
    lines = chords(13000.0, 13800.0, LADDER)
    assert len(lines) == 5
    ends = [(13.3 + 0.02 * n, 10.0 * n * (13.3 + 0.02 * n)) for n in range(26)]
    for e in (13.0 + 0.001 * n for n in range(801)):
        n = max(0, min(24, math.floor((e - 13.3) / 0.02)))
        (left, below), (right, above) = ends[n : n + 2]
        envelope = max(0.0, below + (above - below) * (e - left) / (right - left))
        found = max(0.0, *(slope * e + rest for _, slope, rest in lines))
        assert envelope - 1e-6 <= found <= envelope + 1.3
        assert found <= payment_per_tonne(1000.0 * e, LADDER) + 1.3
