"""Power: each site needs a source, each source a price, a limited one a volume, captive units their cost."""

from __future__ import annotations

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.errors import Problem

ALL_MONTHS = ";".join(str(month) for month in range(1, 13))
NORTH_GRID = {"region": "north", "source_name": "grid", "site_kind": "existing"}
CAPTIVE = {
    "coal_price_cny_per_t": 600,
    "heat_rate_kgce_per_kwh": 0.3,
    "operation_cny_per_kwh": 0.075,
    "levies_cny_per_kwh": 0.05,
    "reserve_fee_cny_per_kwh": 0.03,
    "hours_per_a": 6500,
    "emission_factor_t_per_mwh": 0.9,
}


def limit(inputs: EditableInputs, **volumes: float) -> dict[str, int]:
    """Limit the north's grid to volumes by months (m1_6=… for months 1 to 6); return the lines."""
    inputs.change("power_sources", NORTH_GRID, limited="true")
    lines = {}
    for name, volume in volumes.items():
        first, last = name.removeprefix("m").split("_")
        months = ";".join(str(month) for month in range(int(first), int(last) + 1))
        lines[name] = inputs.add("power_volumes", **NORTH_GRID, months=months, year=2025, volume_twh=volume)
    return lines


def add_unit(inputs: EditableInputs, **cells: object) -> int:
    """Give the north smelter a captive unit; return the line."""
    unit = {"unit": "one", "plant": "Station", "owner": "Northern Metals", "region": "north",
            "site": "north_smelter", "capacity_gw": 0.3, "start_year": 2015,
            "technology": "subcritical"}  # fmt: skip
    return inputs.add("captive_units", **(unit | cells))


def test_a_source_without_a_price(inputs: EditableInputs):
    inputs.remove("power_prices", NORTH_GRID)
    line = inputs.line("power_sources", NORTH_GRID)
    assert inputs.problems() == [
        Problem(
            "tables/power_sources.csv", line, "source_name", "grid",
            "the source has no price", "Add its rows to tables/power_prices.csv.",
        )
    ]  # fmt: skip


def test_a_price_without_a_source(inputs: EditableInputs):
    line = inputs.add("power_prices", region="north", source_name="wind", site_kind="existing",
                      months=ALL_MONTHS, price_cny_per_mwh=200)  # fmt: skip
    assert inputs.problems() == [
        Problem(
            "tables/power_prices.csv", line, "source_name", "wind",
            "the source is not in tables/power_sources.csv", "Add it there, or remove the row.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "months",
    [
        pytest.param("1;2;3;4;5;6;7;8;9;10;11", id="a month is missing"),
        pytest.param("5;6;7;8;9;10", id="half a year is missing"),
    ],
)
def test_prices_that_do_not_cover_the_year(inputs: EditableInputs, months: str):
    line = inputs.change("power_prices", NORTH_GRID, months=months)
    assert inputs.problems() == [
        Problem(
            "tables/power_prices.csv", line, "months", months,
            "the source's rows do not cover each month once", "Let the rows share out months 1 to 12.",
        )
    ]  # fmt: skip


def test_a_month_with_two_prices(inputs: EditableInputs):
    inputs.add("power_prices", **NORTH_GRID, months="7", price_cny_per_mwh=200)
    (problem,) = inputs.problems()
    assert (problem.file, problem.column) == ("tables/power_prices.csv", "months")
    assert problem.rule == "the source's rows do not cover each month once"


def test_a_price_of_months_that_are_none(inputs: EditableInputs):
    line = inputs.change("power_prices", NORTH_GRID, months="all")
    assert inputs.problems() == [
        Problem("tables/power_prices.csv", line, "months", "all", "is no list of months 1 to 12",
                "Write months as 5;6;7.")
    ]  # fmt: skip


def test_a_limited_source_without_volumes(inputs: EditableInputs):
    line = inputs.change("power_sources", NORTH_GRID, limited="true")
    assert inputs.problems() == [
        Problem(
            "tables/power_sources.csv", line, "limited", "True",
            "the source has no volume", "Add its rows to tables/power_volumes.csv, or set limited to false.",
        )
    ]  # fmt: skip


def test_an_unlimited_source_with_volumes(inputs: EditableInputs):
    lines = limit(inputs, m1_12=5.0)
    inputs.change("power_sources", NORTH_GRID, limited="false")
    assert inputs.problems() == [
        Problem(
            "tables/power_volumes.csv", lines["m1_12"], "volume_twh", "5.0",
            "the source is unlimited, but has volumes", "Set limited to true, or remove them.",
        )
    ]  # fmt: skip


def test_a_volume_without_a_source(inputs: EditableInputs):
    line = inputs.add("power_volumes", region="north", source_name="wind", site_kind="existing",
                      months=ALL_MONTHS, year=2025, volume_twh=5)  # fmt: skip
    assert inputs.problems() == [
        Problem(
            "tables/power_volumes.csv", line, "source_name", "wind",
            "the source is not in tables/power_sources.csv", "Add it there, or remove the row.",
        )
    ]  # fmt: skip


def test_volumes_that_do_not_cover_the_year(inputs: EditableInputs):
    lines = limit(inputs, m1_6=5.0)
    assert inputs.problems() == [
        Problem(
            "tables/power_volumes.csv", lines["m1_6"], "months", "1;2;3;4;5;6",
            "the source's rows do not cover each month once", "Let the rows share out months 1 to 12.",
        )
    ]  # fmt: skip


def test_volumes_of_months_that_are_none(inputs: EditableInputs):
    inputs.change("power_sources", NORTH_GRID, limited="true")
    line = inputs.add("power_volumes", **NORTH_GRID, months="wet", year=2025, volume_twh=5)
    assert inputs.problems() == [
        Problem("tables/power_volumes.csv", line, "months", "wet", "is no list of months 1 to 12",
                "Write months as 5;6;7.")
    ]  # fmt: skip


def test_volumes_of_two_years_and_two_seasons_are_sound(inputs: EditableInputs):
    """3 TWh and 5 TWh a half-year: 8 TWh in the year's one slice, in 2025 and held from then on."""
    limit(inputs, m1_6=3.0, m7_12=5.0)
    inputs.add("power_volumes", **NORTH_GRID, months="1;2;3;4;5;6", year=2030, volume_twh=4)
    inputs.add("power_volumes", **NORTH_GRID, months="7;8;9;10;11;12", year=2030, volume_twh=6)
    pool = alopt.load(inputs.folder).power.pools["north|grid|existing"]
    assert pool.volume[2025, "year"] == pytest.approx(3.0 + 5.0, rel=1e-12)


def test_two_rows_for_one_source_at_a_site(inputs: EditableInputs):
    either = NORTH_GRID | {"site_kind": "any"}
    inputs.add("power_sources", **either, factor="grid", limited="false")
    inputs.add("power_prices", **either, months=ALL_MONTHS, price_cny_per_mwh=250)
    line = inputs.line("power_sources", NORTH_GRID)  # `any` comes first in order of the key
    assert inputs.problems() == [
        Problem(
            "tables/power_sources.csv", line, "site_kind", "existing",
            "two rows give grid to the site north_smelter", "Keep one, or rename one.",
        )
    ]  # fmt: skip


def test_a_site_without_power(inputs: EditableInputs):
    inputs.remove("power_prices", NORTH_GRID)
    inputs.remove("power_sources", NORTH_GRID)
    assert inputs.problems() == [
        Problem(
            "tables/power_sources.csv", None, "region", "north", "no power reaches north_smelter",
            "Add a source of the site_kind existing or any, with prices in tables/power_prices.csv.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("region", ["north", "south"])
def test_a_grid_without_an_emission_factor(inputs: EditableInputs, region: str):
    inputs.remove("grid_factors", {"region": region})
    assert inputs.problems() == [
        Problem(
            "tables/grid_factors.csv", None, "region", region,
            "the region's grid has no emission factor", "Add a row for it.",
        )
    ]  # fmt: skip


def test_a_path_that_is_nil_where_it_starts(inputs: EditableInputs):
    """A factor measured in 2024 cannot be carried forward along a path that is nil in 2024."""
    line = inputs.change("grid_paths", {"path": "frozen"}, multiplier=0, low=0)
    inputs.add("grid_paths", path="frozen", year=2020, multiplier=1)
    assert inputs.problems() == [
        Problem(
            "tables/grid_paths.csv", line, "multiplier", "0.0",
            "the path is nil in 2024, from which a grid's factor is carried forward",
            "Give a multiplier above zero.",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("quantity", CAPTIVE)
def test_captive_power_that_lacks_a_quantity(inputs: EditableInputs, quantity: str):
    add_unit(inputs)
    for name, value in CAPTIVE.items():
        if name != quantity:
            inputs.add("captive_costs", region="north", quantity=name, value=value)
    assert inputs.problems() == [
        Problem(
            "tables/captive_costs.csv", None, "region", "north",
            f"captive power of this region lacks {quantity}", "Add the rows.",
        )
    ]  # fmt: skip


def test_captive_power_without_any_cost(inputs: EditableInputs):
    add_unit(inputs)
    (problem,) = inputs.problems()
    assert problem.rule == f"captive power of this region lacks {', '.join(CAPTIVE)}"


def test_captive_power_is_built_up(inputs: EditableInputs):
    """600 CNY/t of 5,500 kcal coal (0.7857 kgce/kg) at 0.3 kgce/kWh, and 155 CNY/MWh of the rest.

    0.3 GW for 6,500 h are 1.95 TWh.
    """
    add_unit(inputs)
    for name, value in CAPTIVE.items():
        inputs.add("captive_costs", region="north", quantity=name, value=value)
    power = alopt.load(inputs.folder).power
    price = 600 * 0.3 / (5500 / 7000) + 1000 * (0.075 + 0.05 + 0.03)
    assert power.price["north_smelter", "captive", "year"] == pytest.approx(price, rel=1e-12)
    pool = power.pools["north_smelter|captive"]
    assert pool.volume[2025, "year"] == pytest.approx(0.3 * 6500 / 1000, rel=1e-12)


@pytest.mark.parametrize(("start", "stands"), [(1985, False), (1986, True), (2025, True), (2026, False)])
def test_a_captive_unit_stands_for_its_life(inputs: EditableInputs, start: int, stands: bool):
    """A unit of 1986 stands in 2025 with a life of forty years, one of 1985 does not."""
    add_unit(inputs, start_year=start)
    for name, value in CAPTIVE.items():
        inputs.add("captive_costs", region="north", quantity=name, value=value)
    pools = alopt.load(inputs.folder).power.pools
    standing = {key: pool.capacity[2025] for key, pool in pools.items()}
    assert standing == ({"north_smelter|captive": 0.3} if stands else {})


def add_costs(inputs: EditableInputs, region: str = "north", **cells: object) -> None:
    """Give a region the cost of captive power."""
    for name, value in CAPTIVE.items():
        inputs.add("captive_costs", region=region, quantity=name, value=value, **cells)


def standing(inputs: EditableInputs, **options: str) -> dict[str, tuple[float, int]]:
    """GW of 2025 and number of smelters of each captive station."""
    pools = alopt.load(inputs.folder, **options).power.pools
    return {key: (pool.capacity[2025], len(pool.members)) for key, pool in pools.items()}


def test_tax_is_taken_out_of_each_part(inputs: EditableInputs):
    """At 13 % on coal and power alike, all parts with tax cost 1.13 times what they cost without."""
    add_unit(inputs)
    add_costs(inputs, vat="included")
    price = 600 * 0.3 / (5500 / 7000) + 1000 * (0.075 + 0.05 + 0.03)
    cost = alopt.load(inputs.folder).power.captive_costs["north"]
    assert cost.price == pytest.approx(price / 1.13, rel=1e-12)
    assert (cost.hours, cost.emission_factor) == (6500, 0.9)


def test_a_unit_without_a_smelter_serves_those_of_its_region(inputs: EditableInputs):
    """Two smelters in the north share one pool; at province resolution they are one site of its own."""
    inputs.change("sites", {"site": "south_smelter"}, region="north")
    add_unit(inputs, site="")
    add_unit(inputs, unit="two", capacity_gw=0.2)
    add_costs(inputs)
    assert standing(inputs) == {
        "north|captive_shared": (0.3, 2),
        "north_smelter|captive": (0.2, 1),
    }
    assert standing(inputs, resolution="province") == {"north|captive": (0.3 + 0.2, 1)}


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"in_use": "false"}, id="no smelter draws on it"),
        pytest.param({"in_use": "false", "site": ""}, id="no smelter of the region draws on it"),
        pytest.param({"site": "old_smelter"}, id="its smelter is gone"),
        pytest.param({"region": "east", "site": ""}, id="its region has no smelter"),
    ],
)
def test_a_unit_that_serves_nobody(inputs: EditableInputs, cells: dict[str, object]):
    inputs.add("regions", region="east", name="East", province="East", latitude_deg=30, longitude_deg=120,
               port="false")  # fmt: skip
    inputs.add("sites", site="old_smelter", name="Old", owner="Old", region="north", kind="existing",
               latitude_deg=40, longitude_deg=101)  # fmt: skip
    add_unit(inputs, **cells)
    add_costs(inputs)
    add_costs(inputs, region="east")
    assert standing(inputs) == {}


def test_faults_of_power_come_in_one_list(inputs: EditableInputs):
    add_unit(inputs)
    inputs.remove("grid_factors", {"region": "south"})
    inputs.remove("power_prices", {"region": "south"})
    inputs.change("power_sources", NORTH_GRID, limited="true")
    assert [(p.file, p.column) for p in inputs.problems()] == [
        ("tables/grid_factors.csv", "region"),
        ("tables/captive_costs.csv", "region"),
        ("tables/power_sources.csv", "source_name"),
        ("tables/power_sources.csv", "limited"),
    ]
