"""Every figure holds the numbers of the tables, in both languages, and works without tiles or moves."""

from __future__ import annotations

import errno
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from odd_names import strange_world
from worlds import near

import alopt
from alopt.analysis.cost_curve import CostCurve, cost_curve
from alopt.data.units import CAPTIVE_SOURCES
from alopt.errors import SolveError
from alopt.model.emissions import BOUNDARY_OF
from alopt.report import figures, paths, style
from alopt.report.terms import smelter_names, terms
from alopt.results import views
from alopt.results.compare import compare
from alopt.results.saved import of_results, read_run
from alopt.results.table import ResultTable


def rows_of(chart: Any) -> Iterator[dict[str, Any]]:
    """Every row of data in a chart, the charts within it too; checked against the schema on the way."""
    queue = [chart.to_dict()]
    while queue:
        part = queue.pop()
        if isinstance(part, dict):
            if isinstance(part.get("values"), list) and all(isinstance(v, dict) for v in part["values"]):
                yield from part["values"]
            queue += part.values()
        elif isinstance(part, list):
            queue += part


def title(chart: Any) -> str:
    spec = chart.to_dict()["title"]
    return " ".join([*spec["text"], *spec["subtitle"]])


def by_region(run: Any, column: str, table: str, year: int) -> dict[str, float]:
    totals = run.tables[table].totals(column, "region", "year")
    return {region: value for (region, y), value in totals.items() if y == year}


def test_the_tile_map_holds_capacity_and_change(baseline):
    rows = {row["region"]: row for row in rows_of(figures.tile_map(baseline)) if "region" in row}
    last = by_region(baseline, "capacity_mt_per_a", "capacity", 2060)
    assert len(rows) == len(baseline.regions)
    assert sum(row["capacity"] for row in rows.values()) == near(sum(last.values()))
    for region, amount in last.items():
        assert rows[region]["capacity"] == near(amount)
    assert rows["shandong"]["amount"] == f"{last['shandong']:.2f}"
    start = {r["region"]: 0.0 for r in baseline.tables["capacity"].records()}
    for row in baseline.tables["capacity"].records():
        if row["year"] == 2025:
            came = row["new"] - row["retired"] + row["retrofitted_in"] - row["retrofitted_out"]
            start[row["region"]] += row["capacity_mt_per_a"] - came
    assert sum(start.values()) == near(baseline.summary["base_year"]["capacity_mt_per_a"])
    assert rows["shandong"]["change"] == f"{last['shandong'] - start['shandong']:+.2f}".replace("-", "−")


def test_no_two_tiles_share_a_place(baseline):
    places = [(row["tile_row"], row["tile_column"]) for row in baseline.inputs["region_tiles"].records()]
    assert len(set(places)) == len(places) == len(baseline.regions)


def test_chinese_maps_count_in_10_000_t(baseline):
    rows = {
        row["region"]: row for row in rows_of(figures.tile_map(baseline, language="zh")) if "region" in row
    }
    last = by_region(baseline, "capacity_mt_per_a", "capacity", 2060)["shandong"]
    assert rows["shandong"]["capacity"] == near(100 * last)
    assert rows["shandong"]["amount"] == f"{100 * last:.0f}"
    assert "万吨" in title(figures.tile_map(baseline, language="zh"))


@pytest.mark.parametrize(
    ("draw", "column", "times"),
    [
        (figures.capacity_by_region, "capacity_mt_per_a", 100),
        (figures.capacity_by_cell, "amount", 100),
        (figures.power_mix, "amount", 10),
        (figures.emissions_by_source, "amount", 100),
        (figures.quota_flow, "amount", 100),
        (figures.smelter_map, "amount", 100),
    ],
)
def test_chinese_figures_count_in_chinese_units(baseline, draw, column, times):
    """万吨 are hundredths of Mt, 亿千瓦时 are tenths of TWh."""
    english, chinese = (
        sum(row[column] for row in rows_of(draw(baseline, language=language)) if column in row)
        for language in ("en", "zh")
    )
    assert english > 0
    assert chinese == near(times * english)


def test_smelters_stand_where_they_lie(baseline):
    """East is right and north is up."""
    drawn = {
        row["name"]: (row["x"], row["y"]) for row in rows_of(figures.smelter_map(baseline)) if "area" in row
    }
    (wx, wy), (ex, ey) = drawn["Xinjiang Xinfa"], drawn["Huomei Hongjun"]
    (sx, sy) = drawn["Yunnan Shenhuo"]
    assert wx < sx < ex
    assert sy < min(wy, ey)


def test_regions_without_tiles_are_points(baseline):
    inputs = {name: table for name, table in baseline.inputs.items() if name != "region_tiles"}
    chart = figures.tile_map(replace(baseline, inputs=inputs))
    last = by_region(baseline, "capacity_mt_per_a", "capacity", 2060)
    points = {row["name"]: row["amount"] for row in rows_of(chart) if "area" in row}
    assert len(points) == len({row["region"] for row in baseline.tables["capacity"].records()})
    assert sum(points.values()) == near(sum(last.values()))


def test_the_point_map_holds_the_fleet(baseline):
    fleet = [row for row in baseline.inputs["fleet"].records() if str(row["fleet"]) == "2024"]
    net = sum(row["capacity_mt_per_a"] - (row["double_counted_mt_per_a"] or 0.0) for row in fleet)
    points = [row["amount"] for row in rows_of(figures.smelter_map(baseline)) if "area" in row]
    assert sum(points) == near(net)
    assert len(points) == len({row["site"] for row in fleet})


def test_capacity_by_region_and_by_cell_add_up(baseline):
    regions = [row for row in rows_of(figures.capacity_by_region(baseline)) if "capacity_mt_per_a" in row]
    cells = [row for row in rows_of(figures.capacity_by_cell(baseline)) if "amount" in row]
    for year in baseline.years:
        total = baseline.summary["years"][str(year)]["capacity_mt_per_a"]
        assert sum(row["capacity_mt_per_a"] for row in regions if row["year"] == year) == near(total)
        assert sum(row["amount"] for row in cells if row["year"] == str(year)) == near(total)
    shares = defaultdict(float)
    classes = {row["class"]: row["current_ka"] for row in baseline.inputs["cell_classes"].records()}
    kinds = {row["cell"]: (classes[row["class"]], row["stage"]) for row in baseline.inputs["cells"].records()}
    for row in baseline.tables["capacity"].records():
        current, stage = kinds[row["cell"]]
        shares[row["year"], current >= 500, stage] += row["capacity_mt_per_a"]
    (drawn,) = (row for row in cells if row["key"] == "3/package" and row["year"] == "2060")
    assert drawn["amount"] == near(shares[2060, True, "package"])


def test_ranges_are_drawn_where_a_table_gives_them(baseline):
    ranges = ResultTable("ranges", ("year", "region", "low", "high"), [(2060, "shandong", 1.25, 4.5)])
    note = "plans of almost the same cost allow"
    chart = figures.capacity_by_region(baseline, ranges)
    (row,) = (row for row in rows_of(chart) if row.get("high") is not None)
    assert (row["region"], row["year"], row["low"], row["high"]) == ("shandong", 2060, 1.25, 4.5)
    assert any(layer["mark"]["type"] == "rule" for layer in chart.to_dict()["spec"]["layer"])
    tiles = figures.tile_map(baseline, ranges=ranges)
    assert {row["change"] for row in rows_of(tiles) if row.get("region") == "shandong"} == {"1.2–4.5"}
    costs = ResultTable("ranges", ("year", "region", "low", "high"), [(2025, "shandong", 12000, 14000)])
    stack = figures.cost_stack(baseline, ranges=costs)
    assert {(r["low"], r["high"]) for r in rows_of(stack) if "total" in r and r["low"]} == {(12000, 14000)}
    for drawn in (chart, tiles, stack):
        assert note in title(drawn)
    for drawn in (
        figures.capacity_by_region(baseline),
        figures.tile_map(baseline),
        figures.cost_stack(baseline),
    ):
        assert "Regions can differ between plans of almost the same cost" in title(drawn)
        assert note not in title(drawn)


def test_moves_of_quota_are_those_of_the_table(capped):
    moved = capped.tables["quota_transfers"].totals("mt_per_a", "from_region", "to_region")
    drawn = {(row["from"], row["to"], row["kind"]): row["amount"]
             for row in rows_of(figures.quota_flow(capped)) if "band" in row}  # fmt: skip
    large = {key: amount for key, amount in moved.items() if amount >= 0.005}
    assert sum(drawn.values()) == near(sum(large.values()))
    names = capped.regions
    for (origin, target), amount in large.items():
        assert sum(v for (a, b, _), v in drawn.items() if (a, b) == (names[origin], names[target])) == near(
            amount
        )


def test_no_move_is_said_in_words(baseline):
    empty = ResultTable("quota_transfers", baseline.tables["quota_transfers"].columns, [])
    chart = figures.quota_flow(replace(baseline, tables={**baseline.tables, "quota_transfers": empty}))
    assert [row["text"] for row in rows_of(chart)] == ["No quota moves between regions in this plan."]


def test_power_and_emissions_add_up(baseline):
    power = [row for row in rows_of(figures.power_mix(baseline)) if "amount" in row]
    for boundary in ("direct", "smelter_scope_1_2", "industry", "outside"):
        chart = figures.emissions_by_source(baseline, boundary)
        emitted = [row for row in rows_of(chart) if "amount" in row]
        for year, numbers in baseline.summary["years"].items():
            expected = numbers["emissions_mt_co2e"]["by_boundary"][boundary]
            assert sum(row["amount"] for row in emitted if row["year"] == year) == near(expected)
    assert "boundary: abroad" in title(chart)
    for year, numbers in baseline.summary["years"].items():
        assert sum(row["amount"] for row in power if row["year"] == year) == near(numbers["electricity_twh"])
    with pytest.raises(ValueError, match="no boundary"):
        figures.emissions_by_source(baseline, "nowhere")


def test_coal_power_is_not_called_grid_power():
    """Units that smelters share and units that a policy lets them build burn coal too."""
    sources = {"power_captive", "power_captive_shared", "power_captive_new"}
    assert {views.emission_group(source) for source in sources} == {"power_captive"}
    assert {views.emission_group(f"power_{s}") for s in ("grid", "newcomer_grid")} == {"power_grid"}


def test_every_source_has_its_words_and_colour(baseline):
    supply = {row["source_name"] for row in baseline.inputs["power_sources"].records()} | CAPTIVE_SOURCES
    groups = {
        views.emission_group(source)
        for source in [*sorted(set(BOUNDARY_OF) - {"power"}), *(f"power_{s}" for s in supply)]
    }
    for kind, found, colours in (("power", supply, paths._POWER), ("emission", groups, paths._EMISSIONS)):
        assert found <= set(colours)
        for language in ("en", "zh"):
            assert {f"{kind}.{key}" for key in found} <= set(terms(language).words)


def test_small_totals_keep_two_figures(baseline):
    rows = [(*row[:-1], row[-1] / 1000) for row in baseline.tables["emissions"].rows]
    assert baseline.tables["emissions"].columns[-1] == "emissions_mt_co2e"
    small = replace(baseline.tables["emissions"], rows=rows)
    chart = figures.emissions_by_source(replace(baseline, tables={**baseline.tables, "emissions": small}))
    forms = [layer["encoding"]["text"]["format"] for layer in chart.to_dict()["layer"]
             if "format" in layer["encoding"].get("text", {})]  # fmt: skip
    assert forms == [",.2f"]


def test_a_single_year_is_told_once(baseline):
    years = {"2025": baseline.summary["years"]["2025"]}
    tables = {
        name: replace(table, rows=[row for row in table.rows if row[table.columns.index("year")] == 2025])
        if "year" in table.columns
        else table
        for name, table in baseline.tables.items()
    }
    one = replace(baseline, summary={**baseline.summary, "years": years}, tables=tables)
    svg = style.picture(style.specification(lambda: figures.power_mix(one)))
    shown = format(years["2025"]["ac_kwh_per_t"], ",.0f")
    assert svg.count(f">{shown}</text>") == 1
    assert ">2025</text>" in style.picture(style.specification(lambda: figures.quota_value(one)))
    (spec,) = [figures.capacity_by_region(one).to_dict()]
    ends = next(layer["encoding"]["x"]["scale"]["domain"] for layer in spec["spec"]["layer"])
    assert ends[1] - ends[0] < 1.5 * (2025 - 2024)


def test_published_deals_are_named_only_where_they_are_drawn(baseline):
    assert "Diamonds: published deals" in title(figures.quota_value(baseline))
    inputs = {name: table for name, table in baseline.inputs.items() if name != "quota_deals"}
    assert "Diamonds" not in title(figures.quota_value(replace(baseline, inputs=inputs)))


def test_the_cost_stack_adds_up_to_the_cost_table(baseline):
    """Power, anodes and the rest are those of the table, alumina is at its price."""
    drawn = defaultdict(float)
    for row in rows_of(figures.cost_stack(baseline)):
        if "part" in row:
            drawn[row["region"], row["part"]] += row["cost"]
    made = by_region(baseline, "production_mt", "production", 2025)
    costs = baseline.tables["costs"]
    for region in ("shandong", "yunnan"):
        name = baseline.regions[region]
        power = costs.sum("cost_m_cny", year=2025, region=region, component="electricity")
        assert drawn[name, "power"] == near(power / made[region])
        price = next(
            row["shadow_price"] for row in baseline.tables["shadow_prices"].records()
            if (row["constraint"], row["year"], row["site"]) == ("alumina_balance", 2025, region)
        )  # fmt: skip
        per_t = next(
            r["value"] for r in baseline.inputs["parameters"].records() if r["parameter"] == "alumina_t_per_t"
        )
        assert drawn[name, "alumina"] == near(price * per_t)
    assert not {part for _, part in drawn} & {"other", "payments to the state"}


def test_prices_and_quota_are_those_of_the_run(capped):
    rows = [row for row in rows_of(figures.quota_value(capped)) if "price_cny_per_t_a" in row]
    for year, numbers in capped.summary["years"].items():
        assert {r["price_cny_per_t_a"] for r in rows if r["year"] == int(year)} == {
            numbers["quota_price_cny_per_t"]
        }
        assert {r["rent_cny_per_t_a"] for r in rows if r["year"] == int(year)} == {
            numbers["quota_rent_cny_per_t_a"]
        }
    assert {row["price"] for row in rows_of(figures.quota_value(capped)) if "level" in row} == {3990, 4700}
    drawn = {row["name"]: row for row in rows_of(figures.regional_prices(capped)) if "metal_cny_per_t" in row}
    paid = [
        r for r in capped.tables["markets"].records() if r["market"] == "anhui_ingot" and r["year"] == 2025
    ]
    assert drawn["Anhui"]["metal_cny_per_t"] == near(paid[0]["price_cny_per_t"])


@pytest.fixture(scope="module", params=["2016-09", "2025-01", "2025-11"])
def curve(request) -> CostCurve:
    """Return the curve of months whose metal price cuts the bars, is near and is far above them."""
    settings = {"market_prices": request.param}
    return cost_curve(alopt.load(None, "base-2024", resolution="smelter", settings=settings))


def test_the_cost_curve_stacks_up_to_the_full_cost(curve):
    rows = list(rows_of(figures.cost_curve(curve.table, curve.summary)))
    parts, width = defaultdict(float), {}
    for row in rows:
        if "part" in row:
            parts[row["smelter"], row["from"]] += row["cost"]
            width[row["smelter"], row["from"]] = row["to"] - row["from"]
    table = list(curve.table.records())
    assert len(parts) == len(table)
    for row in table:
        key = row["name"], row["from_mt"]
        assert parts[key] == near(row["full_cost_cny_per_t"])
        assert width[key] == near(row["output_mt"])
    assert [row["level"] for row in rows if "level" in row and "at" not in row] == [
        curve.summary["metal_price_cny_per_t"]
    ]


def test_no_name_of_the_cost_curve_crosses_the_price(curve):
    rows = list(rows_of(figures.cost_curve(curve.table, curve.summary)))
    names = [row for row in rows if "at" in row]
    metal = curve.summary["metal_price_cny_per_t"]
    assert len(names) >= 10
    assert not [row for row in names if row["level"] < metal < row["end"]]
    assert all(row["level"] >= row["cost"] for row in names)
    beside = sorted(row["place"] for row in rows if "beside" in row)
    apart = min(b - a for a, b in pairwise(beside))
    high = next(one for one in scale_ends(figures.cost_curve(curve.table, curve.summary)) if one > metal)
    assert max(row["end"] for row in names) <= high
    assert apart >= 0.99 * 15 * high / 420


def scale_ends(chart: Any) -> Iterator[float]:
    """Upper ends of the vertical scales of a layered chart."""
    for layer in chart.to_dict()["layer"]:
        domain = layer["encoding"].get("y", {}).get("scale", {}).get("domain")
        if domain:
            yield domain[1]


def test_the_chinese_cost_curve_names_smelters_in_chinese(curve, baseline):
    names = smelter_names(baseline.inputs["sites"].records(), "zh")
    rows = list(rows_of(figures.cost_curve(curve.table, curve.summary, "zh", names)))
    shown = {row["site"]: row["name"] for row in rows if "at" in row}
    assert shown["shandong_weiqiao"] == "魏桥"
    assert not [name for name in shown.values() if re.search("[A-Za-z]", name)]
    assert max(row["to"] for row in rows if "to" in row) == near(100 * curve.summary["output_mt"])


def test_the_difference_is_that_of_the_tables(baseline, capped):
    chart = figures.difference(compare(baseline, capped))
    rows = [row for row in rows_of(chart) if "difference" in row]
    one, two = (by_region(run, "capacity_mt_per_a", "capacity", 2025) for run in (baseline, capped))
    (drawn,) = (row["difference"] for row in rows if (row["name"], row["year"]) == ("Yunnan", "2025"))
    assert drawn == near(two["yunnan"] - one["yunnan"])
    (nation,) = (row["difference"] for row in rows if (row["name"], row["year"]) == ("all regions", "2025"))
    assert nation == near(sum(two.values()) - sum(one.values()))


@pytest.mark.parametrize(("language", "mt", "bn"), [("en", 1, 1), ("zh", 100, 10)])
def test_the_bars_of_the_difference_are_emissions_and_costs(baseline, capped, language, mt, bn):
    found = compare(baseline, capped)
    rows = [row for row in rows_of(figures.difference(found, language=language)) if "value" in row]
    emitted, spent = defaultdict(float), defaultdict(float)
    for row in found.table.records():
        if (row["theme"], row["item"]) == ("emissions by boundary", "industry"):
            emitted[str(row["year"])] += mt * row["difference"]
        if row["theme"] == "cost by component":
            spent[str(row["year"])] += bn * row["difference"] / 1000
    for year in map(str, baseline.years):
        drawn = {round(row["value"], 6) for row in rows if row["year"] == year}
        assert drawn == {round(emitted[year], 6), round(spent[year], 6)}


def test_figures_work_on_results_in_memory_as_on_a_folder(tmp_path):
    results = alopt.run("baseline", inputs=strange_world().write(tmp_path / "inputs"), out=tmp_path / "out")
    for draw in (figures.tile_map, figures.capacity_by_region, figures.power_mix, figures.cost_stack):
        memory = sorted(map(str, rows_of(draw(of_results(results)))))
        disk = sorted(map(str, rows_of(draw(read_run(tmp_path / "out")))))
        assert len(memory) == len(disk) > 0


def test_a_figure_is_written_as_svg_png_and_a_page_without_a_net(baseline, tmp_path):
    paths = style.save(figures.quota_flow(baseline), tmp_path, "flow")
    assert [path.suffix for path in paths] == [".svg", ".png", ".html"]
    assert paths[1].read_bytes().startswith(b"\x89PNG")
    page = paths[2].read_text(encoding="utf-8")
    assert "<script src" not in page
    assert 'href="http' not in page


@pytest.mark.parametrize("ending", style.ENDINGS)
def test_a_full_disk_leaves_the_old_figure(tmp_path, ending):
    """Whole or not at all: what stood there stays, and nothing lies beside it."""

    class Chart:
        def save(self, path, **_):
            Path(path).write_text("half", encoding="utf-8")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = tmp_path / f"figure{ending}"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(SolveError, match=r"could not be written .*: No space left on device"):
        style.save_as(Chart(), target)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
