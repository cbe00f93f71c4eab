"""Alumina at the border: a limit and the tariff that does the same, exports and what they earn.

North makes 0.4 Mt at 3,900 CNY/t of power and takes 0.8 Mt of alumina: 0.5 from a refinery at 1,600
(1,000 and 2 t of ore at 300), 0.3 landed at 1,700. Metal lands at 9,000.

Without the policy 0.4 x 3,900 + 0.5 x 1,600 + 0.3 x 1,700 = 1,560 + 800 + 510 = 2,870 M CNY a year;
alumina is worth 1,700 and metal 3,900 + 2 x 1,700 = 7,300. One year, worth 0.8.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt
from alopt.results.build import build_tables
from alopt.results.checks import CHECKS

FREE = 2870.0


def alumina_world(**fields) -> World:
    world = plain_world()
    world.remove("refineries")
    world.remove("refinery_values")
    world.demand(0.4)
    world.refinery("works", "north", cost=1000, capacity=0.5, place=(40.0, 100.0))
    world.refinery("quay", "south", cost=1700, capacity=5, place=(25.0, 110.0), port=True)
    world.ore("home", price=300, volume=10, yields={"works": 2})
    world.step("import_steps", "parity", 9000, 10)
    if fields:
        world.scenario(policies={"alumina_trade": fields})
    return world


@pytest.mark.parametrize(
    "fields",
    [
        {"import_limit_mt_per_a": 5},
        {"port_limit_mt_per_a": {"quay": {2025: 5}}},
        {"import_tariff_rate": 0},
        {"import_tariff_cny_per_t": 0},
        {"export_price_cny_per_t": 1699, "export_volume_mt_per_a": 5},
        {"export_price_cny_per_t": 9000, "export_volume_mt_per_a": 0},
    ],
)
def test_a_neutral_setting_changes_nothing(tmp_path, fields):
    solution = alumina_world(**fields).solve(tmp_path)
    assert solution.objective == near(0.8 * FREE)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(7300.0)


@pytest.mark.parametrize(
    ("fields", "row", "index"),
    [
        ({"import_limit_mt_per_a": 0.2}, "alumina_import_limit", (2025,)),
        ({"port_limit_mt_per_a": {"quay": 0.2}}, "alumina_port_limit", ("quay", 2025)),
    ],
)
def test_a_limit_on_landing_leaves_metal_to_be_bought_abroad(tmp_path, fields, row, index):
    """0.7 Mt of alumina makes 0.35 of metal, 0.05 lands.

    - cost     0.35 x 3,900 + 0.5 x 1,600 + 0.2 x 1,700 + 0.05 x 9,000 = 1,365 + 800 + 340 + 450 = 2,955
    - dual     alumina is worth (9,000 - 3,900) / 2 = 2,550: a tonne more landed saves 850
    """
    solution = alumina_world(**fields).solve(tmp_path)
    assert solution.objective == near(0.8 * 2955.0)
    assert price(solution, row, *index) == near(-850.0)
    assert price(solution, "refinery_balance", "quay", 2025) == near(2550.0)


@pytest.mark.parametrize("fields", [{"import_tariff_cny_per_t": 850}, {"import_tariff_rate": 0.5}])
def test_a_tariff_equal_to_the_dual_does_what_the_limit_does(tmp_path, fields):
    """Priced objective = limited objective + 850 x 0.2 = 2,955 + 170 = 2,870 + 850 x 0.3 = 3,125."""
    solution = alumina_world(**fields).solve(tmp_path)
    assert solution.objective == near(0.8 * (2955.0 + 850.0 * 0.2))
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(9000.0)


def test_the_tariff_is_a_transfer_from_smelters_to_the_state(tmp_path):
    """100 CNY/t on 0.3 Mt: 30 M CNY a year; resources cost what they did; metal 200 CNY/t dearer."""
    world = alumina_world(import_tariff_cny_per_t=100)
    results = alopt.run("baseline", inputs=world.write(tmp_path))
    assert results.summary["transfers_m_cny"] == near(0.8 * 30.0)
    assert results.summary["system_cost_m_cny"] == near(0.8 * FREE)
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(7500.0)
    (paid,) = results.tables["transfers"].records()
    assert paid == {
        "year": 2025, "instrument": "alumina_trade", "component": "alumina_tariff", "payer": "smelters",
        "receiver": "state", "region": "south", "site": "", "owner": "", "amount_m_cny": near(30.0),
    }  # fmt: skip


def export_world(**fields) -> World:
    """Alumina pays 40 CNY/t wherever it moves; the works stand far from the smelter and from the quay.

    At the smelter the works' alumina costs 1,640, landed alumina 1,740:
    1,560 + 0.5 x 1,640 + 0.3 x 1,740 = 1,560 + 820 + 522 = 2,902.
    """
    world = alumina_world(**fields)
    world.freight("alumina", handling=40)
    world.put(
        "refineries", "refinery", refinery="works", name="works", region="north", kind="refinery",
        latitude_deg=30, longitude_deg=105,
    )  # fmt: skip
    return world


def test_exports_pay_freight_to_the_port_and_earn_the_price(tmp_path):
    """0.2 Mt at 1,900: 1,860 at the works' gate, where alumina is worth 1,740 - 40 = 1,700.

    The quay lands 0.2 Mt more in its place: 0.2 x 160 = 32 M CNY gained; the next tonne gains 160.
    """
    assert export_world().solve(tmp_path / "free").objective == near(0.8 * 2902.0)
    world = export_world(export_price_cny_per_t=1900, export_volume_mt_per_a=0.2)
    results = alopt.run("baseline", inputs=world.write(tmp_path / "exports"))
    assert results.summary["objective_m_cny"] == near(0.8 * (2902.0 - 32.0))
    assert results.summary["system_cost_m_cny"] == near(0.8 * (2902.0 - 32.0))
    assert price(results.solution, "alumina_export_limit", 2025) == near(-160.0)
    costs = results.tables["costs"]
    assert costs.sum("cost_m_cny", component="alumina_exports") == near(-0.2 * 1900.0)
    assert costs.sum("cost_m_cny", component="alumina_freight", market="abroad") == near(0.2 * 40.0)
    flows = results.tables["flows"]
    assert flows.sum("flow_mt", material="alumina_exported", origin="works", destination="abroad") == near(
        0.2
    )
    trade = results.tables["trade"]
    assert trade.sum("amount_mt", material="alumina", direction="export") == near(0.2)
    assert trade.sum("amount_mt", material="alumina", direction="import") == near(0.5)


@pytest.mark.parametrize(("offer", "sold"), [(1739.0, 0.0), (1741.0, 0.5), (1e5, 0.5)])
def test_only_what_refineries_make_is_sold_and_only_above_its_worth(tmp_path, offer, sold):
    """Worth 1,700 at the gate and 40 to the port; the quay's alumina is not sold again at any price."""
    world = export_world(export_price_cny_per_t=offer, export_volume_mt_per_a=3)
    solution = world.solve(tmp_path)
    assert solution.values("alumina_exports") == {("works", 2025): near(sold)}


def test_alumina_leaves_by_the_nearest_port(tmp_path):
    """A port next to the works, where no alumina lands, saves the freight."""
    world = export_world(export_price_cny_per_t=1900, export_volume_mt_per_a=0.2)
    world.freight("alumina", rate=1)
    far = world.data(tmp_path / "far").policies["alumina_trade"].export_freight["works"]
    world.add("ports", port="jetty", name="Jetty", latitude_deg=30, longitude_deg=105)
    assert far > 700.0
    assert world.data(tmp_path / "next").policies["alumina_trade"].export_freight == {"works": 0.0}


def test_more_volume_is_never_dearer_and_a_tighter_limit_never_cheaper(tmp_path):
    offers = [{"export_price_cny_per_t": 1900, "export_volume_mt_per_a": amount} for amount in (0, 0.1, 0.4)]
    costs = [export_world(**fields).solve(tmp_path / f"e{n}").objective for n, fields in enumerate(offers)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0] - 1.0
    limits = [{"import_limit_mt_per_a": amount} for amount in (0.3, 0.2, 0.0)]
    costs = [alumina_world(**fields).solve(tmp_path / f"l{n}").objective for n, fields in enumerate(limits)]
    assert costs == sorted(costs)
    assert costs[-1] > costs[0] + 1.0


def test_alumina_sold_abroad_that_nobody_made_fails_the_check(tmp_path):
    """The balance of alumina holds what is exported against what the works made."""
    world = export_world(export_price_cny_per_t=1900, export_volume_mt_per_a=0.2)
    solution = world.solve(tmp_path)
    assert CHECKS["alumina balance"](solution, build_tables(solution)) == near(0.0)
    solution.values("alumina_exports")["works", 2025] += 0.25
    assert CHECKS["alumina balance"](solution, build_tables(solution)) == near(0.25)
