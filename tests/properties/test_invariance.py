"""What says the same thing in other words changes nothing: VAT in or out, a region cut in two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alopt.data.tables import Row, Table

Tables = dict[str, Table]

#: Different rates for each component, so that a price with the wrong one shows.
RATES = {
    "power": 0.02,
    "alumina": 0.03,
    "carbon_materials": 0.05,
    "fluoride": 0.07,
    "freight": 0.11,
    "coal": 0.13,
    "metal": 0.17,
    "none": 0.0,
}

#: VAT component of the money in each table; captive costs and parameters by quantity.
COMPONENT = {
    "power_prices": "power",
    "refinery_values": "alumina",
    "bauxite_values": "alumina",
    "freight": "freight",
    "demand_steps": "metal",
    "import_steps": "metal",
    "export_steps": "metal",
    "tariff_ladders": "power",
}
#: Tables that stand beside results and are not solved.
PUBLISHED = {"quota_deals"}
BY_QUANTITY = {
    "coal_price_cny_per_t": "coal",
    "operation_cny_per_kwh": "power",
    "levies_cny_per_kwh": "power",
    "reserve_fee_cny_per_kwh": "power",
    "anode_price_cny_per_t": "carbon_materials",
    "fluoride_cny_per_t": "fluoride",
}


def other_rates(tables: Tables) -> None:
    for row in tables["vat_rates"]:
        row["rate"] = RATES[row["component"]]


def component(name: str, row: Row) -> str:
    return COMPONENT.get(name) or BY_QUANTITY[row.get("quantity") or row["parameter"]]


def vat_taken_out(tables: Tables) -> None:
    """Give every price without VAT that the tables give with it."""
    other_rates(tables)
    for name, table in tables.items():
        if "vat" in table.schema.columns and name not in PUBLISHED:
            for row in table:
                if row["vat"] == "included":
                    row[table.schema.value_column] /= 1.0 + RATES[component(name, row)]
                    row["vat"] = "excluded"


def vat_put_in(tables: Tables) -> None:
    """Give every price with VAT that the tables give without it, where it is known to be money."""
    other_rates(tables)
    for name, table in tables.items():
        if "vat" in table.schema.columns and name not in PUBLISHED:
            for row in table:
                word = row.get("quantity") or row.get("parameter")
                money = word is None or word in BY_QUANTITY or (name in COMPONENT and "cny" in word)
                if row["vat"] == "excluded" and money:
                    row[table.schema.value_column] *= 1.0 + RATES[component(name, row)]
                    row["vat"] = "included"


def test_prices_mean_the_same_with_vat_and_without(shipped):
    """As shipped, all without VAT, all with VAT: the same cost."""
    mixed, without, with_vat = (
        shipped.solve(change, years=[2025, 2030]) for change in (other_rates, vat_taken_out, vat_put_in)
    )
    flags = [{row["vat"] for row in s.data.tables["power_prices"]} for s in (without, with_vat)]
    assert flags == [{"excluded"}, {"included"}]
    for other in (without, with_vat):
        assert other.data.parameters == pytest.approx(mixed.data.parameters, rel=1e-12)
    assert without.objective == pytest.approx(mixed.objective, rel=1e-9)
    assert with_vat.objective == pytest.approx(mixed.objective, rel=1e-9)


def half(key: str) -> str:
    return f"{key}_half"


def doubled(table: Table, column: str, keys: set[str], changes: Callable[[Row], dict[str, Any]]) -> None:
    """Add a copy of each row that names one of the keys, with changes."""
    for index, row in enumerate(list(table.rows)):
        if row[column] in keys:
            table.rows.append({**row, **changes(row)})
            table.lines.append(table.lines[index])


def halve(table: Table, keys: set[str], by: str, *columns: str) -> None:
    for row in table:
        if row[by] in keys:
            for column in columns:
                row[column] /= 2.0


def cut_in_two(region: str) -> Callable[[Tables], None]:
    """Make a region two at the same place, each with half of everything that has a size.

    Split in proportion: the fleet and its double counts, decided moves, captive units, volumes
    of power, registered and issued quota, shares of demand, alumina conveyed from next door.
    Copied, as they have no size: prices, sources, grid factors, captive costs. Left whole, since
    they serve both halves from one place: refineries and ore. National rows are not touched.
    """

    def change(tables: Tables) -> None:
        here = {region}
        sites = {row["site"] for row in tables["sites"] if row["region"] == region}
        new_region = {"region": half(region)}
        halve(tables["fleet"], sites, "site", "capacity_mt_per_a", "double_counted_mt_per_a")
        halve(tables["captive_units"], here, "region", "capacity_gw")
        halve(tables["power_volumes"], here, "region", "volume_twh")
        halve(tables["quota"], here, "region", "registered_mt_per_a")
        halve(tables["quota_issues"], here, "region", "issued_mt_per_a")
        halve(tables["markets"], here, "region", "demand_share")
        halve(tables["co_located"], sites, "site", "volume_mt_per_a")
        for name in (
            "regions",
            "captive_costs",
            "power_sources",
            "power_prices",
            "power_volumes",
            "grid_factors",
            "quota",
            "quota_issues",
        ):
            doubled(tables[name], "region", here, lambda _: new_region)
        doubled(tables["markets"], "region", here, lambda row: new_region | {"market": half(row["market"])})
        doubled(
            tables["captive_units"],
            "region",
            here,
            lambda row: new_region | {"unit": half(row["unit"]), "site": row["site"] and half(row["site"])},
        )
        doubled(tables["sites"], "region", here, lambda row: new_region | {"site": half(row["site"])})
        for name in ("fleet", "closures", "co_located"):
            doubled(tables[name], "site", sites, lambda row: {"site": half(row["site"])})
        moves = tables["moves"]
        for index, row in enumerate(list(moves.rows)):
            ends = {c: half(row[c]) for c in ("from_site", "to_site") if row[c] in sites}
            if ends:
                row["capacity_mt_per_a"] /= 2.0
                moves.rows.append({**row, **ends})
                moves.lines.append(moves.lines[index])

    return change


@pytest.mark.parametrize("region", ["yunnan", "shandong", "guangxi"])
def test_a_region_cut_in_two_changes_nothing(region: str, shipped):
    """Hydropower, seasons and arrivals in Yunnan; captive coal and departures in Shandong; both in Guangxi.

    The building rate of a region is one number for all, which two halves would have twice: it is
    lifted in both worlds.
    """
    rate = {"table": "parameters", "where": {"parameter": "regional_build_rate_mt_per_a"}, "column": "value"}
    settings = {
        "years": [2025, 2030],
        "overrides": [rate | {"set": 50.0}],
        "policies.capacity_cap.cap_mt_per_a": 43.0,
    }
    whole = shipped.solve(**settings)
    halves = shipped.solve(cut_in_two(region), **settings)
    assert len(halves.data.fleet.sites) == len(whole.data.fleet.sites) + 2
    assert sum(halves.data.fleet.start.values()) == pytest.approx(
        sum(whole.data.fleet.start.values()), rel=1e-12
    )
    assert halves.objective == pytest.approx(whole.objective, rel=1e-9)
