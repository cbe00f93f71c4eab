"""Mass, power, capacity and quota balance in the written files alone."""

from __future__ import annotations

import pytest

from .run_files import CAP, EXACT, Written, agree, totals


def flows(written: Written, *materials: str) -> list[dict]:
    return [row for row in written("flows") if row["material"] in materials]


def test_capacity_is_what_stood_plus_what_came_less_what_went(written: Written):
    """From the fleet table on, by region, cell and year."""
    standing: dict[tuple, float] = {}
    for row in written.table("fleet"):
        if str(row["fleet"]) == "2024":
            key = (written.region_of[row["site"]], row["cell"])
            net = row["capacity_mt_per_a"] - row["double_counted_mt_per_a"]
            standing[key] = standing.get(key, 0.0) + net
    assert sum(standing.values()) == pytest.approx(45.0, rel=EXACT)
    capacity = written("capacity")
    for year in written.years:
        change: dict[tuple, float] = {}
        now: dict[tuple, float] = {}
        for row in capacity:
            if row["year"] == year:
                key = (row["site"], row["cell"])
                net = row["new"] - row["retired"] + row["retrofitted_in"] - row["retrofitted_out"]
                change[key], now[key] = net, row["capacity_mt_per_a"]
        agree(now, {key: standing.get(key, 0.0) + change.get(key, 0.0) for key in {*standing, *change}})
        standing = now


def test_each_retrofit_leaves_one_state_and_enters_another(written: Written):
    steps, capacity = written("retrofits"), written("capacity")
    away = totals(steps, "capacity_mt_per_a", "year", "site", "from_cell")
    into = totals(
        [row | {"arrives": row["capacity_mt_per_a"] * row["gain"]} for row in steps],
        "arrives",
        "year",
        "site",
        "to_cell",
    )
    agree(totals(capacity, "retrofitted_out", "year", "site", "cell"), away)
    agree(totals(capacity, "retrofitted_in", "year", "site", "cell"), into)


def test_pots_run_within_what_stands_and_make_what_they_run(written: Written):
    """running ≤ availability × capacity, and a season of one slice makes its share of the year."""
    standing = totals(written("capacity"), "capacity_mt_per_a", "year", "site", "cell")
    share = {row["slice"]: row["share"] for row in written.table("slices") if row["slice_set"] == "wet-dry"}
    made = totals(written("production"), "production_mt", "year", "slice", "site", "cell")
    expected = {}
    for row in written("running"):
        limit = written.parameter["availability"] * standing[row["year"], row["site"], row["cell"]]
        assert row["running"] <= limit * (1.0 + EXACT) + EXACT
        key = (row["year"], row["season"], row["site"], row["cell"])
        expected[key] = share[row["season"]] * row["running"]
    agree(made, expected)


def test_power_drawn_is_what_the_pots_need(written: Written):
    """Σ electricity = Σ (2980 V / η / rectifier + auxiliaries) × output, by site, year and slice."""
    need = [
        row | {"twh": row["production_mt"] * written.states[row["cell"]].kwh / 1000.0}
        for row in written("production")
    ]
    agree(
        totals(written("electricity"), "electricity_twh", "year", "slice", "site"),
        totals(need, "twh", "year", "slice", "site"),
    )


def test_alumina_delivered_is_what_the_pots_take(written: Written):
    """1.925 t per t at each region; what leaves a refinery is what it makes; ore makes it at its yield."""
    delivered = totals(flows(written, "alumina", "alumina_conveyed"), "flow_mt", "year", "destination")
    made = totals(written("production"), "production_mt", "year", "region")
    ratio = written.parameter["alumina_t_per_t"]
    assert ratio == 1.925
    agree(delivered, {key: mt * ratio for key, mt in made.items()})
    sent = totals(flows(written, "alumina", "alumina_conveyed"), "flow_mt", "year", "origin")
    refining = totals(written("refining"), "alumina_mt", "year", "refinery")
    agree(sent, refining)
    ore_yield = {
        (row["origin"], row["refinery"]): row["bauxite_t_per_t"] for row in written.table("ore_yields")
    }
    refineries = {row["refinery"] for row in written.table("refineries") if row["kind"] == "refinery"}
    from_ore = [
        row | {"alumina": row["flow_mt"] / ore_yield[row["origin"], row["destination"]]}
        for row in flows(written, "bauxite")
    ]
    domestic = {key: mt for key, mt in refining.items() if key[1] in refineries}
    agree(totals(from_ore, "alumina", "year", "destination"), domestic)


def test_ore_and_red_mud_follow_the_refineries(written: Written):
    used = {}
    for row in written("refining"):
        for column, amount in row.items():
            if column.startswith("bauxite_") and amount:
                used[row["year"], column.removeprefix("bauxite_").removesuffix("_mt"), row["refinery"]] = (
                    amount
                )
    agree(totals(flows(written, "bauxite"), "flow_mt", "year", "origin", "destination"), used)
    per_tonne = {
        row["refinery"]: row["value"]
        for row in written.table("refinery_values")
        if row["quantity"] == "red_mud_t_per_t"
    }
    for row in written("refining"):
        mud = row["alumina_mt"] * per_tonne.get(row["refinery"], 0.0)
        assert row["red_mud_mt"] == pytest.approx(mud, rel=EXACT, abs=EXACT)


def test_metal_made_in_a_region_leaves_it(written: Written):
    """Output = liquid metal next door + ingot + exports."""
    sent = totals(flows(written, "liquid_metal", "ingot", "exported_metal"), "flow_mt", "year", "origin")
    agree(totals(written("production"), "production_mt", "year", "region"), sent)


def test_each_market_gets_what_it_uses(written: Written):
    """demand = domestic + imports + recycled + unserved, and the flows bring what the table says."""
    arrived = totals(
        flows(written, "liquid_metal", "ingot", "remelted_metal"), "flow_mt", "year", "destination"
    )
    remelted = totals(flows(written, "remelted_metal"), "flow_mt", "year", "origin")
    landed = totals(flows(written, "imported_metal"), "flow_mt", "year", "destination")
    demand = {
        row["year"]: row["total_metal_mt"] for row in written.table("demand") if row["path"] == "central"
    }
    markets = [row for row in written("markets") if row["segment"] != "export"]
    for row in markets:
        key = (row["year"], row["market"])
        parts = row["domestic"] + row["imports"] + row["recycled"] + row["unserved"]
        assert row["demand"] == pytest.approx(parts, rel=EXACT)
        assert row["domestic"] == pytest.approx(arrived[key] - remelted[key], rel=EXACT, abs=EXACT)
        assert row["imports"] == pytest.approx(landed[key], rel=EXACT, abs=EXACT)
    by_year = totals(markets, "demand", "year")
    agree(by_year, {year: demand[year] for year in written.years})


def test_metal_made_bought_and_recycled_is_metal_used(written: Written):
    """The nation: output + imports + recycled + unserved = demand + exports."""
    made = totals(written("production"), "production_mt", "year")
    markets = written("markets")
    column = {c: totals(markets, c, "year") for c in ("demand", "imports", "recycled", "unserved", "exports")}
    for year in written.years:
        supply = made[year] + column["imports"][year] + column["recycled"][year] + column["unserved"][year]
        assert supply == pytest.approx(column["demand"][year] + column["exports"][year], rel=EXACT)


def test_quota_is_banked_moved_issued_and_surrendered(written: Written):
    """stock = last year's − ratio × sent + received + issued − surrendered; decided moves go one to one."""
    stock = {
        row["region"]: row["registered_mt_per_a"]
        for row in written.table("quota")
        if str(row["fleet"]) == "2024"
    }
    transfers = written("quota_transfers")
    assert {row["ratio"] for row in transfers if row["kind"] == "chosen"} == {1.25}
    assert {row["ratio"] for row in transfers if row["kind"] == "decided"} == {1}
    sent = totals(
        [row | {"given": row["ratio"] * row["mt_per_a"]} for row in transfers], "given", "year", "from_region"
    )
    received = totals(transfers, "mt_per_a", "year", "to_region")
    rows = written("quota")
    assert sum(row["issued"] for row in rows) == 0.5
    assert sum(row["surrendered"] for row in rows) > 0.0
    for year in written.years:
        for row in rows:
            if row["year"] == year:
                key = (year, row["region"])
                now = (
                    stock.get(row["region"], 0.0)
                    - sent[key]
                    + received[key]
                    + row["issued"]
                    - row["surrendered"]
                )
                assert row["stock"] == pytest.approx(now, rel=EXACT, abs=EXACT)
                stock[row["region"]] = row["stock"]


def test_capacity_uses_quota_under_the_cap(written: Written):
    standing = totals(written("capacity"), "capacity_mt_per_a", "year", "region")
    rows = written("quota")
    agree(totals(rows, "used", "year", "region"), standing)
    assert all(row["used"] <= row["stock"] + EXACT for row in rows)
    for year, total in totals(rows, "stock", "year").items():
        assert total <= CAP[year] + EXACT
