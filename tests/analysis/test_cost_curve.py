"""The cost curve at market prices against a calculation by hand."""

import csv
import json
from pathlib import Path

import pytest
from worlds import MWH_PER_T, World, near, plain_world

import alopt
from alopt.analysis.cost_curve import COMPONENTS, NOT_CASH, CostCurve, cost_curve
from alopt.cli import main
from alopt.data.prices import price_names
from alopt.data.schema import default_inputs

PRICES = """month: 2030-01
vat: included
alumina_cny_per_t: 2260
anode_cny_per_t: 4520
metal_cny_per_t: 22600
"""


def trade_world() -> World:
    """Two smelters of 0.6 Mt/a; the north draws power at 300, the south at 400 CNY/MWh without VAT.

    Alumina costs 2,000 CNY/t without VAT at a refinery in the north and 100 CNY/t to the south.
    """
    world = plain_world()
    world.pot("pot", anode_t_per_t=0.5, employees_per_kt=4.0, maintenance_cny_per_t_a=350.0)
    world.parameters(
        availability=0.9, fluoride_cny_per_t=200, wage_cny_per_a=90_000, overhead_cny_per_t_a=270,
        depreciation_cny_per_t=500, interest_and_taxes_cny_per_t=400,
    )  # fmt: skip
    for row in world.tables["vat_rates"]:
        row["rate"] = {"none": 0.0, "freight": 0.09}.get(row["component"], 0.13)
    for region, cost in (("north", 300), ("south", 400)):
        world.power(region, cost)
    world.remove("refineries")
    world.remove("refinery_values")
    row = next(row for row in world.tables["regions"] if row["region"] == "north")
    place = (row["latitude_deg"], row["longitude_deg"])
    world.refinery("gate", "north", cost=0, capacity=5, port=True, place=place)
    world.freight("alumina", handling=100.0)
    return world


def curve_of(world: World, folder: Path, prices: str) -> CostCurve:
    inputs = world.write(folder / "inputs")
    (inputs / "prices").mkdir(exist_ok=True)
    (inputs / "prices" / "month.yaml").write_text(prices, encoding="utf-8")
    data = alopt.load(inputs, settings={"market_prices": "month"}, resolution="smelter")
    return cost_curve(data)


@pytest.fixture
def curve(tmp_path) -> CostCurve:
    return curve_of(trade_world(), tmp_path, PRICES)


def test_each_component_by_hand(curve):
    """Per tonne: alumina 2 × 2,000, anode 0.5 × 4,000, wages 4 × 90 / 0.9, all with their VAT."""
    north, south = curve.table.records()
    mwh = MWH_PER_T
    assert north["ac_kwh_per_t"] == near(1000 * mwh)
    expected = {
        "power": 1.13 * mwh * 300,
        "alumina": 1.13 * 2 * 2000,
        "alumina_freight": 0.0,
        "anode": 1.13 * 0.5 * 4000,
        "fluoride": 1.13 * 200,
        "labour": 4 * 90 / 0.9,
        "maintenance": 350 / 0.9,
        "overhead": 270 / 0.9,
        "depreciation": 500,
        "interest_and_taxes": 400,
    }
    for name, value in expected.items():
        assert north[f"{name}_cny_per_t"] == near(value), name
    assert north["power_vat_cny_per_t"] == near(0.13 * mwh * 300)
    assert south["alumina_freight_cny_per_t"] == near(1.09 * 2 * 100)
    assert south["alumina_freight_vat_cny_per_t"] == near(0.09 * 2 * 100)
    full = sum(expected.values())
    assert north["full_cost_cny_per_t"] == near(full)
    assert north["cash_cost_cny_per_t"] == near(full - 900)
    assert south["full_cost_cny_per_t"] - north["full_cost_cny_per_t"] == near(1.13 * mwh * 100 + 218)
    assert north["profit_cny_per_t"] == near(22_600 - full)


def test_order_means_and_bands(curve):
    north, south = curve.table.records()
    assert [north["rank"], south["rank"]] == [1, 2]
    assert [north["from_mt"], north["to_mt"], south["to_mt"]] == [0, near(0.54), near(1.08)]
    costs = [row["full_cost_cny_per_t"] for row in (north, south)]
    assert costs == sorted(costs)
    assert curve.summary["mean_full_cost_cny_per_t"] == near(sum(costs) / 2)
    assert sum(band["capacity_mt_per_a"] for band in curve.summary["bands"]) == near(1.2)
    assert sum(curve.summary["components_cny_per_t"].values()) == near(sum(costs) / 2)


def test_share_profitable_counts_output_below_the_metal_price(tmp_path, curve):
    costs = [row["full_cost_cny_per_t"] for row in curve.table.records()]
    between = PRICES.replace("22600", str(sum(costs) / 2))
    summary = curve_of(trade_world(), tmp_path / "again", between).summary
    assert summary["profitable_share"] == near(0.5)
    assert summary["cash_positive_share"] == 1.0


def test_power_by_region_takes_the_place_of_the_tables(tmp_path):
    """452 CNY/MWh with VAT are 400 without, in the north; the south pays 565, 500 without."""
    prices = PRICES + "power_cny_per_mwh: {north: 452, south: 565}\n"
    north, south = curve_of(trade_world(), tmp_path, prices).table.records()
    assert north["power_price_cny_per_mwh"] == near(452)
    assert south["power_price_cny_per_mwh"] == near(565)


def test_own_units_come_first_and_follow_the_coal_price(tmp_path):
    """A captive station covers half of the north's need; its coal is 100 of 200 CNY/MWh."""

    def north(multiplier: float, **policies: dict) -> dict:
        world = trade_world()
        world.scenario(policies=policies)
        need = 0.54 * MWH_PER_T
        world.add(
            "captive_units", unit="u", plant="p", owner="o", region="north", site="north_smelter",
            in_use=True, capacity_gw=need / 2 / 5, start_year=2020, technology="subcritical",
        )  # fmt: skip
        for quantity, value in {
            "coal_price_cny_per_t": 100 / 300 * 1000 * 5500 / 7000, "heat_rate_kgce_per_kwh": 0.3,
            "operation_cny_per_kwh": 0.06, "levies_cny_per_kwh": 0.03, "reserve_fee_cny_per_kwh": 0.01,
            "hours_per_a": 5000, "emission_factor_t_per_mwh": 0.9,
        }.items():  # fmt: skip
            world.add("captive_costs", region="north", quantity=quantity, value=value, vat="excluded")
        prices = PRICES + f"coal_multiplier: {multiplier}\n"
        folder = tmp_path / f"{multiplier} {len(policies)}"
        return next(iter(curve_of(world, folder, prices).table.records()))

    assert north(1.0)["captive_share"] == near(0.5)
    assert north(1.0)["power_price_cny_per_mwh"] == near(1.13 * (0.5 * 200 + 0.5 * 300))
    assert north(1.5)["power_price_cny_per_mwh"] == near(1.13 * (0.5 * 250 + 0.5 * 300))
    # Units that a policy only allows do not stand yet.
    new = {"regions": ["north"], "capex_cny_per_kw": 3900, "life_a": 30, "limit_gw": 1}
    assert north(1.0, captive_coal={"new_units": new}) == north(1.0)


@pytest.fixture(scope="module")
def shipped() -> dict[str, CostCurve]:
    data = {
        month: alopt.load(None, "base-2024", resolution="smelter", settings={"market_prices": month})
        for month in ("2025-03", "2025-11")
    }
    return {month: cost_curve(d) for month, d in data.items()}


@pytest.mark.parametrize("month", ["2025-03", "2025-11"])
def test_shipped_curves_add_up(shipped, month):
    rows = list(shipped[month].table.records())
    for row in rows:
        parts = [row[f"{name}_cny_per_t"] for name in COMPONENTS]
        assert sum(parts) == near(row["full_cost_cny_per_t"])
        fixed = sum(row[f"{name}_cny_per_t"] for name in NOT_CASH)
        assert row["cash_cost_cny_per_t"] + fixed == near(row["full_cost_cny_per_t"])
        assert 0 <= row["captive_share"] <= 1 + 1e-9
        assert 0 <= row["own_alumina_share"] <= 1
    assert sum(row["capacity_mt_per_a"] for row in rows) == near(45.0)


def test_dearer_alumina_costs_its_tonnes_and_moves_nobody(shipped):
    """March less November: 1.925 t of alumina and 0.48 t of anode at the differences of their prices."""
    march, november = (
        {row["site"]: row["full_cost_cny_per_t"] for row in shipped[month].table.records()}
        for month in ("2025-03", "2025-11")
    )
    expected = 1.925 * (3222.7 - 2856) + 0.48 * (5066 - 5300)
    assert {site: march[site] - november[site] for site in march} == pytest.approx(
        dict.fromkeys(march, expected), abs=1e-6
    )


@pytest.mark.parametrize("month", price_names(default_inputs()))
def test_every_shipped_month_is_traceable(month):
    """Each value names a source of sources.csv and its basis; a weak one has its range."""
    import yaml

    inputs = default_inputs()
    content = yaml.safe_load((inputs / "prices" / f"{month}.yaml").read_text(encoding="utf-8"))
    with (inputs / "sources.csv").open(encoding="utf-8") as file:
        known = {row["source"] for row in csv.DictReader(file)}
    assert content["month"] == month
    values = {key for key in content if key not in {"month", "vat", "provenance", "published"}}
    assert values == set(content["provenance"])
    for key, origin in content["provenance"].items():
        assert origin["source"] in known, key
        assert origin["note"], key
        weak = origin["basis"] in {"unverified", "assumed"}
        assert origin["basis"] in {"reported", "derived"} or weak
        if weak:
            assert origin["low"] <= content[key] <= origin["high"], key
    if "published" in content:
        assert content["published"]["source"] in known


def test_command_writes_table_figure_and_manifest(tmp_path, capsys):
    assert main(["curve", "cost", "--prices", "2025-11", "--out", str(tmp_path / "curve"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert {path.name for path in (tmp_path / "curve").iterdir()} == {
        "cost_curve.csv", "cost_curve.json", "cost_curve.svg", "cost_curve.png", "cost_curve.html",
        "run.json",
    }  # fmt: skip
    with (tmp_path / "curve" / "cost_curve.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == summary["smelters"] == 94
    assert float(rows[0]["full_cost_cny_per_t"]) == near(summary["lowest"]["full_cost_cny_per_t"])
    assert "http" not in (tmp_path / "curve" / "cost_curve.svg").read_text(encoding="utf-8").replace(
        "http://www.w3.org", ""
    )


def test_screen_shows_the_miss(tmp_path, capsys):
    assert main(["curve", "cost", "--prices", "2025-03", "--out", str(tmp_path / "curve")]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Published: mean 17,010" in shown
    assert "The model's spread is" in shown


def test_screen_says_that_own_alumina_may_lose(tmp_path, capsys):
    """At 1,920 CNY/t alumina sold for less than it costs the refinery next to the cheapest smelter."""
    arguments = ["curve", "cost", "fleet-2016", "--prices", "2016-09", "--out", str(tmp_path / "curve")]
    assert main(arguments) == 0
    shown = " ".join(capsys.readouterr().out.split())
    lowest = json.loads((tmp_path / "curve" / "cost_curve.json").read_text(encoding="utf-8"))["lowest"]
    margin = lowest["own_alumina_margin_cny_per_t"]
    assert margin < 0
    assert f"{lowest['name']} loses {-margin:,.0f} CNY/t of metal on it in its refinery." in shown
    assert " -0 " not in shown
