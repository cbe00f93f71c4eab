"""Duties on metal: who pays, when trade stops, and the limit that does the same.

North makes 0.6 Mt at 3,900 CNY/t, south the rest at 5,200; demand is 0.8 Mt. One year, worth 0.8.

With 0.1 Mt on contract at 5,000: 0.6 x 3,900 + 0.1 x 5,000 + 0.1 x 5,200 = 2,340 + 500 + 520 = 3,360.
With 0.3 Mt wanted abroad at 5,600: 2,340 + 0.5 x 5,200 - 0.3 x 5,600 = 2,340 + 2,600 - 1,680 = 3,260.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

BUYING, SELLING = 3360.0, 3260.0


def buying(**policies) -> World:
    world = plain_world()
    world.step("import_steps", "contract", 5000, 0.1)
    world.step("import_steps", "parity", 6000, 10)
    world.scenario(policies=policies)
    return world


def selling(offer: float = 5600.0, **policies) -> World:
    world = plain_world()
    world.step("export_steps", "abroad", offer, 0.3)
    world.scenario(policies=policies)
    return world


@pytest.mark.parametrize(
    ("world", "cost"),
    [
        (buying(metal_tariff={"import_rate": 0}), BUYING),
        (buying(metal_tariff={"import_cny_per_t": {2025: 0}}), BUYING),
        (selling(metal_tariff={"export_rate": 0}), SELLING),
        (selling(metal_tariff={"export_cny_per_t": 0}), SELLING),
    ],
)
def test_a_duty_of_nil_changes_nothing(tmp_path, world, cost):
    assert world.solve(tmp_path).objective == near(0.8 * cost)


@pytest.mark.parametrize("fields", [{"import_cny_per_t": 100}, {"import_rate": 0.02}])
def test_importers_pay_as_long_as_imports_are_cheaper(tmp_path, fields):
    """5,000 + 100 < 5,200: 0.1 Mt still lands and pays 10 M CNY; south still sets the price."""
    results = alopt.run("baseline", inputs=buying(metal_tariff=fields).write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(0.8 * 10.0)
    assert results.summary["system_cost_m_cny"] == near(0.8 * BUYING)
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(5200.0)
    (paid,) = results.tables["transfers"].records()
    assert paid == {
        "year": 2025, "instrument": "metal_tariff", "component": "import_duty", "payer": "importers",
        "receiver": "state", "region": "south", "site": "", "owner": "", "amount_m_cny": near(10.0),
    }  # fmt: skip


def test_a_duty_above_the_gap_stops_imports(tmp_path):
    """5,000 + 300 > 5,200: south makes 0.2 Mt, 2,340 + 1,040 = 3,380, and nobody pays."""
    results = alopt.run("baseline", inputs=buying(metal_tariff={"import_cny_per_t": 300}).write(tmp_path))
    assert results.summary["objective_m_cny"] == near(0.8 * 3380.0)
    assert results.summary["transfers_m_cny"] == near(0.0)


def test_a_rate_is_of_the_price_of_the_step_without_vat(tmp_path):
    """10 % of 5,650 with 13 % VAT is 500 CNY/t, of 6,000 without it 600."""
    world = buying(metal_tariff={"import_rate": 0.1})
    world.put("vat_rates", "component", component="metal", rate=0.13)
    world.step("import_steps", "contract", 5650, 0.1, vat="included")
    duty = world.data(tmp_path).policies["metal_tariff"].import_duty
    assert duty == {("contract", 2025): near(500.0), ("parity", 2025): near(600.0)}


def test_an_import_duty_equal_to_the_dual_does_what_the_limit_does(tmp_path):
    """0.04 Mt: 2,340 + 0.04 x 5,000 + 0.16 x 5,200 = 3,372, dual -200; 3,372 + 200 x 0.04 = 3,380."""
    limited = buying(metal_trade={"import_limit_mt_per_a": 0.04}).solve(tmp_path / "limited")
    dual = -price(limited, "metal_import_limit", 2025)
    priced = buying(metal_tariff={"import_cny_per_t": dual}).solve(tmp_path / "priced")
    assert limited.objective == near(0.8 * 3372.0)
    assert dual == near(200.0)
    assert priced.objective == near(limited.objective + 0.8 * dual * 0.04)


def test_smelters_pay_on_exports(tmp_path):
    """300 CNY/t of the gain of 400: 0.3 Mt still leaves and pays 90 M CNY a year."""
    results = alopt.run("baseline", inputs=selling(metal_tariff={"export_cny_per_t": 300}).write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(0.8 * 90.0)
    assert results.summary["objective_m_cny"] == near(0.8 * (SELLING + 90.0))
    (paid,) = results.tables["transfers"].records()
    assert (paid["component"], paid["payer"], paid["receiver"]) == ("export_duty", "smelters", "state")
    assert paid["region"] in {"north", "south"}


def test_a_duty_above_the_gain_stops_exports(tmp_path):
    """2,340 + 0.2 x 5,200 = 3,380."""
    solution = selling(metal_tariff={"export_rate": 0.1}).solve(tmp_path)
    assert solution.objective == near(0.8 * 3380.0)
    assert sum(solution.values("exports").values()) == near(0.0)


def test_a_remitted_duty_flows_from_the_state(tmp_path):
    """-0.02 x 5,600 = -112 CNY/t on 0.3 Mt."""
    results = alopt.run("baseline", inputs=selling(metal_tariff={"export_rate": -0.02}).write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(-0.8 * 0.3 * 112.0)
    (paid,) = results.tables["transfers"].records()
    assert (paid["payer"], paid["receiver"], paid["amount_m_cny"]) == ("state", "smelters", near(33.6))


def test_an_export_duty_equal_to_the_dual_does_what_the_limit_does(tmp_path):
    """0.1 Mt: 2,340 + 0.3 x 5,200 - 560 = 3,340, dual -400; 3,340 + 400 x 0.1 = 3,380."""
    limited = selling(metal_trade={"export_limit_mt_per_a": 0.1}).solve(tmp_path / "limited")
    dual = -price(limited, "metal_export_limit", 2025)
    priced = selling(metal_tariff={"export_cny_per_t": dual}).solve(tmp_path / "priced")
    assert limited.objective == near(0.8 * 3340.0)
    assert dual == near(400.0)
    assert priced.objective == near(limited.objective + 0.8 * dual * 0.1)


def test_a_remission_equal_to_the_dual_does_what_the_floor_does(tmp_path):
    """At 5,000 nothing is sold: 3,380. A floor of 0.1 costs 20, dual +200; 3,400 - 200 x 0.1 = 3,380."""
    bound = selling(5000.0, metal_trade={"export_floor_mt_per_a": 0.1}).solve(tmp_path / "bound")
    dual = price(bound, "metal_export_floor", 2025)
    paid = selling(5000.0, metal_tariff={"export_cny_per_t": -dual}).solve(tmp_path / "paid")
    assert bound.objective == near(0.8 * 3400.0)
    assert dual == near(200.0)
    assert paid.objective == near(bound.objective - 0.8 * dual * 0.1)


@pytest.mark.parametrize(
    ("trading", "field"), [(buying, "import_cny_per_t"), (selling, "export_cny_per_t")], ids=["in", "out"]
)
def test_a_higher_duty_is_never_cheaper(tmp_path, trading, field):
    costs = [
        trading(metal_tariff={field: duty}).solve(tmp_path / str(duty)).objective
        for duty in (0, 50, 150, 450, 900)
    ]
    assert costs == sorted(costs)
    assert costs[-1] == near(0.8 * 3380.0)
