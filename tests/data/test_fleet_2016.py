"""The fleet of 2016 is the printed table of Gao et al., and the run on it makes the output of that year.

The table is typed in here again from the paper (Table 1), so that the inputs are held against the print.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache

import pytest
from editable_inputs import EditableInputs

import alopt
from alopt.run import Results

#: Row, nameplate capacity as printed (t/a), province it lies in, classes printed, sites here.
PRINTED = """
1  6400000 Shandong       neui600,neui500,neui400 shandong_weiqiao
2  1350000 Inner_Mongolia sy400,c200,c240,sy500   inner_mongolia_west_baotou,inner_mongolia_west_huayun
3   520000 Gansu          c200,sy500              gansu_centre_liancheng
4   430000 Gansu          c200,sy400              gansu_centre_lanzhou
5   420000 Shanxi         c240                    shanxi_huaze
6   200000 Shandong       c240                    shandong_huayu
7   400000 Qinghai        c180,c200,c160          qinghai_chalco
8   440000 Henan          c440                    henan_wanfang
9   280000 Guizhou        c230                    guizhou_guiyang
10  260000 Guizhou        c350                    guizhou_zunyi
11 1500000 Shandong       c240,sy620              shandong_xinfa
12 1900000 Xinjiang       sy500                   xinjiang_xinfa
13  320000 Guangxi        c240                    guangxi_xinfa
14  860000 Inner_Mongolia c320,c450               inner_mongolia_west_east_hope
15  800000 Xinjiang       sy500                   xinjiang_east_hope
16  420000 Ningxia        c200,c350               ningxia_qingtongxia
17  570000 Ningxia        c350,sy400              ningxia_ningdong
18  173000 Inner_Mongolia c110,c240               inner_mongolia_east_tongliao
19  670000 Inner_Mongolia c300,c350,sy400         inner_mongolia_east_hongjun
20  600000 Qinghai        c350,sy400              qinghai_xinye
21 1600000 Inner_Mongolia neui400a,sy500          inner_mongolia_east_jinlian
22  300000 Ningxia        neui400a                ningxia_zhongning
23 1359000 Gansu          sy400,sy500             gansu_west_jiayuguan
24  250000 Gansu          c240                    gansu_centre_longxi
25  450000 Henan          c350,sy400              henan_shenhuo
26  820000 Xinjiang       sy400,sy500             xinjiang_shenhuo
27  600000 Shaanxi        sy620,c240              shaanxi_tongchuan
28  630000 Shaanxi        sy400                   shaanxi_yulin
29  300000 Yunnan         c300                    yunnan_yangzonghai
30  300000 Yunnan         c300                    yunnan_yongxin
31  250000 Yunnan         c420                    yunnan_zexin
32  300000 Yunnan         c300                    yunnan_runxin
33 1100000 Xinjiang       neui400a                xinjiang_tianshan
34  300000 Qinghai        c240                    qinghai_qiaotou
35  450000 Qinghai        c240                    qinghai_western
36  100000 Qinghai        c240                    qinghai_baihe
37  100000 Qinghai        c240                    qinghai_wuchan
38  880000 Xinjiang       c530                    xinjiang_qiya
39  350000 Qinghai        sy400                   qinghai_xinheng
40  500000 Qinghai        c300                    qinghai_zaisheng
41  500000 Henan          c320,neui400a           henan_zhongfu
42  350000 Henan          neui400a                henan_linfeng
43  840000 Shandong       c171,c300,neui400a      shandong_nanshan
44  500000 Henan          c300,sy400              henan_wanji
45  250000 Guangxi        c330,gami400            guangxi_laibin
46  200000 Guangxi        c240                    guangxi_yinhai
47  400000 Xinjiang       sy500                   xinjiang_jiarun
48  380000 Yunnan         c230                    yunnan_yuxin
49  300000 Guangxi        gami400                 guangxi_baikuang_xinshan
50  200000 Sichuan        c360                    sichuan_aba
51  125000 Sichuan        c350                    sichuan_qimingxing
52  330000 Chongqing      c420                    chongqing_qineng
53  240000 Henan          sy400                   henan_hengkang
54  220000 Shanxi         c300,c240               shanxi_zhaofeng
55  163000 Inner_Mongolia neui400a                inner_mongolia_west_datang
56  150000 Xinjiang       c200,sy400              xinjiang_tianlong
57  114000 Sichuan        c200                    sichuan_aostar
58  100000 Guizhou        c420                    guizhou_denggao
59  100000 Chongqing      c240                    chongqing_guofeng
60  100000 Fujian         c240                    fujian_nanping
61   80000 Xinjiang       sy500,neui400a          xinjiang_joinworld
62   60000 Chongqing      gami400                 chongqing_jinghongyuan
63   52000 Chongqing      c200                    chongqing_helong
"""
ROWS = [tuple(line.split()) for line in PRINTED.strip().splitlines()]

#: Rows whose tonnage carries the asterisk of the print: some data are estimated.
ESTIMATED = {1, 2, 11, 15, 21}


def standing(shipped: EditableInputs) -> list[dict[str, str]]:
    """Rows of the fleet of 2016."""
    return [row for row in shipped.rows("fleet") if row["fleet"] == "2016"]


def test_the_table_has_63_plants_and_its_sum_is_35_206():
    assert [int(row[0]) for row in ROWS] == list(range(1, 64))
    assert sum(int(row[1]) for row in ROWS) == 35_206_000


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_plant_adds_exactly_to_the_print(shipped: EditableInputs, row: tuple[str, ...]):
    """Exactly: decimals as written, no tolerance; and its classes are those printed."""
    _, tonnes, _, classes, sites = row
    found = [entry for entry in standing(shipped) if entry["site"] in sites.split(",")]
    assert sum(Decimal(entry["capacity_mt_per_a"]) for entry in found) * 1_000_000 == int(tonnes)
    assert sorted(entry["cell"] for entry in found) == sorted(classes.split(","))
    assert all(entry["note"].startswith(f"Row {row[0]} of the printed table: ") for entry in found)


def test_nothing_stands_that_the_table_does_not_print(shipped: EditableInputs):
    printed = {site for row in ROWS for site in row[4].split(",")}
    assert {row["site"] for row in standing(shipped)} == printed
    assert all(row["source"] == "gao_2017" for row in standing(shipped))
    assert all(float(row["double_counted_mt_per_a"]) == 0 for row in standing(shipped))


def test_provinces_are_where_the_plants_lie(shipped: EditableInputs):
    """Tongchuan and Yulin are printed Shanxi and lie in Shaanxi: 1.23 Mt/a there, 0.64 in Shanxi."""
    province_of = {row["region"]: row["province"] for row in shipped.rows("regions")}
    region_of = {row["site"]: row["region"] for row in shipped.rows("sites")}
    printed: dict[str, int] = defaultdict(int)
    for _, tonnes, province, _, sites in ROWS:
        name = province.replace("_", " ")
        printed[name] += int(tonnes)
        assert {province_of[region_of[site]] for site in sites.split(",")} == {name}
    totals = {
        row["province"]: Decimal(row["capacity_mt_per_a"]) * 1_000_000
        for row in shipped.rows("control_totals")
        if row["fleet"] == "2016"
    }
    assert totals.pop("national") == 35_206_000
    assert totals == printed
    assert printed["Shaanxi"] == 1_230_000
    assert printed["Shanxi"] == 640_000


def test_slips_and_estimates_of_the_print_are_noted(shipped: EditableInputs):
    notes: dict[int, str] = defaultdict(str)
    for row in standing(shipped):
        notes[int(row["note"].split()[1])] += row["note"]
    assert {number for number, note in notes.items() if "Marked *" in note} == ESTIMATED
    for number, word in {1: "Zhouping", 9: "moves to a new place", 11: "SY660", 15: "Jiamusae", 25: "Qinyang",
                         27: "Printed Shanxi", 28: "Printed Shanxi", 49: "Gauangxi"}.items():  # fmt: skip
        assert word in notes[number]


def test_the_demand_path_is_its_formula(shipped: EditableInputs):
    """U = 55.6 + t − b t², 66 in 2030; use a head = 24.65 + k (U − 55.6); 4.5 % a year from 2016 to 2026.

    b = (14 − 10.4) / 14². Inhabitants in thousand millions, linear between 1.383, 1.42 and 1.45.
    """
    bend = (14 - 10.4) / 14**2

    def urban(year: int) -> float:
        t = year - 2016
        return 55.6 + t - bend * t * t

    def people(year: int) -> float:
        if year <= 2020:
            return 1.383 + (1.42 - 1.383) * (year - 2016) / 4
        return 1.42 + (1.45 - 1.42) * min(1.0, (year - 2020) / 10)

    head = 34.087 / 1.383
    slope = (34.087 * 1.045**10 / people(2026) - head) / (urban(2026) - 55.6)
    rows = {int(row["year"]): row for row in shipped.rows("demand") if row["path"] == "urbanisation-2016"}
    assert urban(2030) == pytest.approx(66.0, abs=1e-12)
    assert urban(max(rows)) < 75
    assert sorted(rows) == [2016, 2020, 2025, 2030, 2035]
    for year, row in rows.items():
        use = people(year) * (head + slope * (urban(year) - 55.6))
        assert float(row["total_metal_mt"]) == pytest.approx(use + 4.3, abs=6e-4)


@cache
def run_of(resolution: str) -> Results:
    """The scenario at a resolution, solved once."""
    return alopt.run("fleet-2016", resolution=resolution)


@pytest.mark.parametrize("resolution", ["province", "smelter"])
def test_the_run_makes_the_output_of_2016(resolution: str):
    """Availability is 31.873 / 35.206, and every smelter runs: nothing closed, built or retrofitted yet."""
    results = run_of(resolution)
    year = results.summary["years"]["2016"]
    assert year["production_mt"] == pytest.approx(31.873, abs=1e-6)
    assert year["capacity_mt_per_a"] == pytest.approx(35.206, abs=1e-9)
    assert all(check["ok"] for check in results.summary["checks"])
    first = results["capacity"].query("year == 2016")
    assert first[["new", "retired", "retrofitted_in"]].abs().sum().sum() == pytest.approx(0.0, abs=1e-9)


def test_cells_of_400_ka_and_above_dominate():
    """Six of every ten tonnes and more, as the text of the source says without a number."""
    results = run_of("province")
    current = {row["class"]: row["current_ka"] for row in results.data.tables["cell_classes"]}
    large = sum(
        mt
        for (_, cell), mt in results.data.fleet.start.items()
        if current[results.data.cells[cell].cell_class] >= 400
    )
    assert large / 35.206 == pytest.approx(24.456 / 35.206, abs=1e-9)
    assert large / 35.206 > 0.6


def test_moves_decided_for_the_fleet_of_2024_do_not_touch_it():
    fleet = run_of("smelter").data.fleet
    assert fleet.arriving == {}
    assert fleet.departing == {}
    assert "henan_longquan" not in fleet.sites
    assert run_of("smelter")["quota_transfers"].empty


def test_power_per_tonne_falls_short_of_the_published():
    """The scenario says that AC comes out some 2 % below 13,599 kWh/t; hold it to that, both ways."""
    found = run_of("province").summary["years"]["2016"]["ac_kwh_per_t"]
    assert 0.015 < 1 - found / 13_599 < 0.025


def test_the_paper_s_own_figures_follow_from_the_output():
    """54.1 % of 58.89 Mt; 1.11 Mt of spent potlining at 35 kg/t."""
    output = run_of("province").summary["years"]["2016"]["production_mt"]
    rates = {row["parameter"]: row["value"] for row in run_of("province").data.tables["parameters"]}
    assert output / 58.89 == pytest.approx(0.541, abs=5e-4)
    assert output * rates["spent_potlining_kg_per_t"] / 1000 == pytest.approx(1.11, abs=0.01)
