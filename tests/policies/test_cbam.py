"""The border charge: what it adds to a tonne, on which basis, and what is credited.

As for the carbon price: north 3,900 CNY/t and 10.6 t CO2/t in scope 1 and 2 (1.5 of it direct), south
5,200 and 4.1; demand 0.8 Mt. Charged products hold 0.2 Mt of metal, so they carry a quarter of all
that is emitted: a charge of 400 CNY/t weighs like a carbon price of 100 at home.
"""

import pytest
from worlds import World, near, plain_world, price

import alopt

RESOURCES = 0.6 * 3900.0 + 0.2 * 5200.0
WIDE = "smelter_scope_1_2"


def charged_world(home: dict | None = None, **fields) -> World:
    world = plain_world()
    world.quantities("cell_values", "class", "pot", {"anode_co2_t_per_t": 1.5})
    charge = {"basis": "actual", "benchmark_t_per_t": 0, "products_mt": 0.2, "scope": "direct", **fields}
    policies = {"cbam": charge, "carbon_price": home} if home else {"cbam": charge}
    world.scenario(policies=policies)
    return world


def ran(world: World, folder):
    return alopt.run("baseline", inputs=world.write(folder))


@pytest.mark.parametrize("fields", [{"price_cny_per_t": 0}, {"price_cny_per_t": 400, "products_mt": 0}])
def test_a_price_or_a_share_of_nil_changes_nothing(tmp_path, fields):
    solution = charged_world(**fields).solve(tmp_path)
    assert solution.objective == near(0.8 * RESOURCES)
    assert price(solution, "ingot_market", "south_ingot", 2025) == near(5200.0)


def test_actual_values_charge_a_share_of_every_tonne(tmp_path):
    """400 x 0.25 x (1.5 - 1.0) = 50 CNY/t, 40 M CNY a year, from exporters to abroad."""
    results = ran(charged_world(price_cny_per_t=400, benchmark_t_per_t=1), tmp_path)
    assert results.summary["transfers_m_cny"] == near(0.8 * 40.0)
    assert results.summary["system_cost_m_cny"] == near(0.8 * RESOURCES)
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(5250.0)
    assert price(results.solution, "product_charge_due", 2025) == near(1.0)
    (row,) = results.tables["transfers"].records()
    assert (row["payer"], row["receiver"], row["amount_m_cny"]) == ("exporters", "abroad", near(40.0))


@pytest.mark.parametrize(("charge", "north"), [(799.6, 0.6), (800.4, 0.2)])
def test_a_quarter_of_the_charge_turns_the_merit_order(tmp_path, charge, north):
    """As a carbon price of 200 on scope 1 and 2 does, and at the same objective."""
    solution = charged_world(price_cny_per_t=charge, scope=WIDE).solve(tmp_path / "border")
    assert solution.values("running")["north_smelter", "pot", 2025, "year"] == near(north)
    world = plain_world()
    world.quantities("cell_values", "class", "pot", {"anode_co2_t_per_t": 1.5})
    world.scenario(policies={"carbon_price": {"price_cny_per_t": charge / 4, "scope": WIDE}})
    assert solution.objective == near(world.solve(tmp_path / "home").objective)


def test_default_values_charge_every_tonne_alike(tmp_path):
    """0.25 x 400 x (3.0 - 1.0) x 0.8 = 160 M CNY; the merit order and the smelters' price stay.

    Metal is worth 200 CNY/t less to the maker of products, who pays the charge on top.
    """
    fields = {"basis": "default", "default_t_per_t": 3, "benchmark_t_per_t": 1}
    results = ran(charged_world(price_cny_per_t=400, scope=WIDE, **fields), tmp_path)
    assert results.summary["transfers_m_cny"] == near(0.8 * 160.0)
    assert results.summary["objective_m_cny"] == near(0.8 * (RESOURCES + 160.0))
    assert price(results.solution, "ingot_market", "south_ingot", 2025) == near(5200.0)


def test_a_charge_on_the_default_can_price_users_out(tmp_path):
    """Half of demand is worth 5,300: with 200 CNY/t to pay it goes without, south's metal unmade.

    - cost     0.4 x 3,900 + 0.4 x 5,300 unserved + 0.4 x 200 charge = 3,760
    """
    fields = {"basis": "default", "default_t_per_t": 3, "benchmark_t_per_t": 1}
    world = charged_world(price_cny_per_t=3000, **fields)
    world.remove("demand_steps")
    world.step("demand_steps", "must", 30000, 0.5)
    world.step("demand_steps", "may", 5300, 0.5)
    results = ran(world, tmp_path)
    assert results.summary["objective_m_cny"] == near(0.8 * (0.4 * 3900.0 + 0.4 * 5300.0 + 0.4 * 1500.0))


@pytest.mark.parametrize(
    "fields",
    [{"benchmark_t_per_t": 2}, {"basis": "default", "default_t_per_t": 1.0, "benchmark_t_per_t": 1.423}],
)
def test_nothing_is_paid_out_below_the_benchmark(tmp_path, fields):
    results = ran(charged_world(price_cny_per_t=400, **fields), tmp_path)
    assert results.summary["objective_m_cny"] == near(0.8 * RESOURCES)
    assert results.summary["transfers_m_cny"] == near(0.0)


def test_the_price_paid_at_home_is_taken_off(tmp_path):
    """7.18 Mt: 100 CNY/t at home is 718 M CNY; abroad a quarter of 400 - 100 is due, 538.5."""
    home = {"price_cny_per_t": 100, "scope": WIDE}
    charge = {"price_cny_per_t": 400, "scope": WIDE, "carbon_price_credit": True}
    results = ran(charged_world(home, **charge), tmp_path)
    assert results.summary["transfers_m_cny"] == near(0.8 * (718.0 + 538.5))
    paid = {row["instrument"]: 0.0 for row in results.tables["transfers"].records()}
    for row in results.tables["transfers"].records():
        paid[row["instrument"]] += row["amount_m_cny"]
    assert paid == {"carbon_price": near(718.0), "cbam": near(538.5)}


def test_a_higher_price_at_home_leaves_nothing_to_charge(tmp_path):
    """150 CNY/t at home above the 140 abroad: 7.18 x 150 is all that is paid, and the charge is slack."""
    home = {"price_cny_per_t": 150, "scope": WIDE}
    charge = {"price_cny_per_t": 140, "scope": WIDE, "carbon_price_credit": True}
    results = ran(charged_world(home, **charge), tmp_path)
    assert results.summary["transfers_m_cny"] == near(0.8 * 150.0 * 7.18)
    assert price(results.solution, "product_charge_due", 2025) == near(0.0)


def exporting(**fields) -> World:
    """Abroad takes 0.1 Mt of metal at 7,000 CNY/t; a half of it goes to the charged market."""
    world = charged_world(price_cny_per_t=400, metal_export_share=0.5, **fields)
    world.step("export_steps", "abroad", 7000, 0.1)
    return world


@pytest.mark.parametrize(
    "fields",
    [
        {"basis": "default", "default_t_per_t": 3.3, "benchmark_t_per_t": 1.3},
        {"export_t_per_t": 3.3, "benchmark_t_per_t": 1.3},
    ],
)
def test_exported_metal_pays_per_tonne(tmp_path, fields):
    """0.5 x 400 x (3.3 - 1.3) = 400 CNY/t, 40 M CNY; south's metal still earns 7,000 - 5,200 - 400."""
    results = ran(exporting(products_mt=0, **fields), tmp_path)
    assert sum(results.solution.values("exports").values()) == near(0.1)
    assert results.summary["transfers_m_cny"] == near(0.8 * 40.0)


def test_a_charge_above_the_margin_ends_exports(tmp_path):
    """0.5 x 400 x (10.4 - 1.3) = 1,820 CNY/t is more than the 1,800 that south earns abroad."""
    results = ran(exporting(products_mt=0, export_t_per_t=10.4, benchmark_t_per_t=1.3), tmp_path)
    assert sum(results.solution.values("exports").values()) == near(0.0)
    assert results.summary["objective_m_cny"] == near(0.8 * RESOURCES)


def test_a_dearer_charge_or_a_tighter_benchmark_is_never_cheaper(tmp_path):
    def cost(charge, benchmark):
        world = charged_world(price_cny_per_t=charge, benchmark_t_per_t=benchmark, scope=WIDE)
        return world.solve(tmp_path / f"{charge}-{benchmark}").objective

    costs = [cost(*pair) for pair in ((0, 5), (300, 5), (600, 5), (600, 3), (600, 0), (900, 0))]
    assert costs == sorted(costs)
    assert costs[-1] > costs[0]


def test_a_year_without_demand_charges_no_products(tmp_path):
    world = charged_world(price_cny_per_t=400, products_mt=0)
    world.demand(0.0)
    assert world.data(tmp_path).policies["cbam"].product_share == {2025: 0.0}
