"""The way from one fleet to another closes row by row, and what no source explains is said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from alopt.analysis.fleet_path import AMOUNTS, IN_TRANSIT, SIGNS, fleet_path, page
from alopt.cli import main
from alopt.data import default_inputs
from alopt.data.schema import read_schemas
from alopt.data.tables import Table, read_tables
from alopt.errors import InputError

COLUMNS = [f"{amount}_mt_per_a" for amount in AMOUNTS]


def tables() -> dict[str, Table]:
    """The shipped tables, free to change."""
    found, problems = read_tables(default_inputs(), read_schemas(default_inputs()))
    assert problems == []
    return found


@pytest.fixture(scope="module")
def path() -> pd.DataFrame:
    return fleet_path()


def change(table: dict[str, Table], name: str, **cells: object) -> None:
    """Change one row of the known changes."""
    index = table["fleet_changes"].find(change=name)
    assert index is not None
    table["fleet_changes"].rows[index] |= cells


def test_every_row_closes(path: pd.DataFrame):
    net = sum(sign * path[f"{amount}_mt_per_a"] for amount, sign in SIGNS.items())
    assert (net - path.standing_to_net_mt_per_a).abs().max() < 1e-9
    gross = path.standing_to_net_mt_per_a + path.double_counted_mt_per_a + path.in_transit_mt_per_a
    assert (gross - path.standing_to_gross_mt_per_a).abs().max() < 1e-9
    assert (path[COLUMNS] >= 0).all(axis=None)
    assert not path.duplicated(["province", "class"]).any()


def test_provinces_add_to_the_nation(path: pd.DataFrame):
    """35.206 in 2016; 45.00 net and 45.71 gross in 2024. What is moved or converted leaves and arrives."""
    total = path[COLUMNS].sum()
    assert total["standing_from_mt_per_a"] == pytest.approx(35.206, abs=1e-9)
    assert total["standing_to_net_mt_per_a"] == pytest.approx(45.0, abs=1e-9)
    assert total["standing_to_gross_mt_per_a"] == pytest.approx(45.71, abs=1e-9)
    assert total["moved_in_mt_per_a"] == pytest.approx(total["moved_out_mt_per_a"], abs=1e-9)
    assert total["converted_in_mt_per_a"] == pytest.approx(total["converted_out_mt_per_a"], abs=1e-9)


@pytest.mark.parametrize(("fleet", "column"), [("2016", "standing_from"), ("2024", "standing_to_gross")])
def test_provinces_are_the_control_totals(path: pd.DataFrame, fleet: str, column: str):
    found = path.groupby("province")[f"{column}_mt_per_a"].sum()
    for row in tables()["control_totals"]:
        if row["fleet"] == fleet and row["province"] not in {"national", "in_transit"}:
            assert found[row["province"]] == pytest.approx(row["capacity_mt_per_a"], abs=1e-9)


def test_weiqiao_by_hand(path: pd.DataFrame):
    """6.40 of which 4.40 of 400 kA; 1.95 to Yunnan leaves 2.45; 2.51 stands net, so 0.06 has no source.

    2.68 without a permit stood beside it and was shut.
    """
    row = path[(path.province == "Shandong") & (path["class"] == "neui400")].iloc[0]
    assert row.standing_from_mt_per_a == 4.4
    assert row.moved_out_mt_per_a == 1.95
    assert row.omitted_mt_per_a == row.closed_mt_per_a == 2.68
    assert row.came_unsourced_mt_per_a == 0.06
    assert row.standing_to_net_mt_per_a == 2.51
    assert row.double_counted_mt_per_a == 0.34


def test_quota_in_transit_has_its_own_row(path: pd.DataFrame):
    row = path[path.province == IN_TRANSIT].iloc[0]
    assert row.in_transit_mt_per_a == row.standing_to_gross_mt_per_a == 0.27
    assert row.standing_to_net_mt_per_a == 0


def test_without_the_known_changes_all_is_closed_and_come():
    """By hand: Linfeng's 0.35 in Henan closes, its 0.25 in Sichuan comes, both without a source."""
    bare = tables()
    bare["fleet_changes"].rows.clear()
    found = fleet_path(bare)
    total = found[COLUMNS].sum()
    for amount in ("omitted", "closed", "moved_out", "moved_in", "came"):
        assert total[f"{amount}_mt_per_a"] == 0
    assert total["standing_to_gross_mt_per_a"] == pytest.approx(45.71, abs=1e-9)
    henan = found[(found.province == "Henan") & (found["class"] == "neui400a")].iloc[0]
    assert henan.closed_unsourced_mt_per_a == pytest.approx(0.35 + 0.25 - 0.11, abs=1e-9)
    sichuan = found[(found.province == "Sichuan") & (found["class"] == "neui400a")].iloc[0]
    assert sichuan.came_unsourced_mt_per_a == pytest.approx(0.5, abs=1e-9)


def test_a_class_that_changes_in_place_is_a_conversion():
    """Tianlong: 0.075 of 200 kA gone, 400 kA from 0.075 to 0.25; 0.075 converted, 0.10 came."""
    found = fleet_path()
    small = found[(found.province == "Xinjiang") & (found["class"] == "c200")].iloc[0]
    assert small.converted_out_mt_per_a == 0.075
    assert small.closed_unsourced_mt_per_a == 0
    large = found[(found.province == "Xinjiang") & (found["class"] == "sy400")].iloc[0]
    assert (large.converted_in_mt_per_a, large.came_unsourced_mt_per_a) == (0.075, 0.1)


def test_the_lowest_currents_are_converted_first():
    """Nanshan by hand: 0.18 of 171 kA and 0.156 of 300 kA gone, 0.20 more of 400 kA.

    So 0.18 + 0.02 changed class in place, and 0.156 − 0.02 = 0.136 of 300 kA closed.
    """
    changed = tables()
    changed["fleet_changes"].rows.clear()
    index = changed["fleet"].find(fleet="2024", site="shandong_nanshan", cell="neui400a")
    assert index is not None
    changed["fleet"].rows[index] |= {"capacity_mt_per_a": 0.554}
    found = fleet_path(changed).query("province == 'Shandong'").set_index("class")
    assert found.converted_out_mt_per_a[["c171", "c300"]].tolist() == [0.18, 0.02]
    assert found.closed_unsourced_mt_per_a[["c171", "c300"]].tolist() == [0, 0.136]
    assert found.converted_in_mt_per_a["neui400a"] == 0.2
    assert found.came_unsourced_mt_per_a["neui400a"] == 0


@pytest.mark.parametrize(("fleet", "net"), [("2016", 35.206), ("2024", 45.0)])
def test_a_fleet_to_itself_does_not_change(fleet: str, net: float):
    same = fleet_path(start=fleet, end=fleet)
    total = same[COLUMNS].sum()
    assert total["standing_from_mt_per_a"] == pytest.approx(net, abs=1e-9)
    assert (same.standing_from_mt_per_a == same.standing_to_net_mt_per_a).all()
    kept = {"standing_from", "standing_to_net", "double_counted", "in_transit", "standing_to_gross"}
    assert all(total[f"{amount}_mt_per_a"] == 0 for amount in AMOUNTS if amount not in kept)


def test_more_cannot_leave_than_stood():
    """Weiqiao's 400 kA: 4.40 + 2.68 without a permit stood; 2.68 + 0.15 and 4.3 in place of 1.8 leave."""
    wrong = tables()
    change(wrong, "weiqiao_wenshan", capacity_mt_per_a=4.3)
    with pytest.raises(InputError) as caught:
        fleet_path(wrong)
    rule = "the changes take 7.13 Mt/a away where 7.08 stood"
    found = {(problem.value, problem.rule) for problem in caught.value.problems}
    assert found == {(value, rule) for value in ("4.3", "0.15", "2.68")}


@pytest.mark.parametrize(
    ("name", "cells", "rule"),
    [
        (
            "nanshan_sold",
            {"to_site": "guizhou_huaren"},
            "must name only where it closes, with site and class",
        ),
        ("longquan", {"to_class": None}, "must name only where it opens, with site and class"),
        ("zhongfu_guangyuan", {"from_class": None}, "must name both ends, with site and class"),
    ],
)
def test_a_change_names_its_ends(name: str, cells: dict[str, object], rule: str):
    wrong = tables()
    change(wrong, name, **cells)
    with pytest.raises(InputError) as caught:
        fleet_path(wrong)
    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_a_fleet_that_is_not_there():
    with pytest.raises(InputError) as caught:
        fleet_path(end="2030")
    problem = caught.value.problems[0]
    assert (problem.rule, problem.mend) == ("there is no fleet 2030", "Use one of 2016, 2024.")


def test_tables_or_a_folder_give_the_same(path: pd.DataFrame, tmp_path: Path):
    pd.testing.assert_frame_equal(fleet_path(tables()), path)
    pd.testing.assert_frame_equal(fleet_path(default_inputs()), path)
    with pytest.raises(InputError):
        fleet_path(tmp_path)


def test_the_page_is_not_stale():
    """Renew with `python -m alopt.analysis.fleet_path --write`."""
    assert (default_inputs() / "FLEET_PATH.md").read_text(encoding="utf-8") == page()


def test_the_page_lists_every_change_with_its_source():
    text = page()
    for row in tables()["fleet_changes"]:
        assert any(row["source"] in line and f"{row['capacity_mt_per_a']:g}" in line
                   for line in text.splitlines() if line.startswith(f"| {row['kind']} "))  # fmt: skip


def test_command_shows_and_writes_the_reconciliation(tmp_path, capsys):
    assert main(["audit", "--fleets", "2016", "2024", "--out", str(tmp_path / "path")]) == 0
    nation = next(line for line in capsys.readouterr().out.splitlines() if line.strip().startswith("nation"))
    assert nation.split() == [
        "nation",
        *["35.21", "3.58", "3.48", "1.28", "3.59", "3.59", "4.58", "6.39", "45.00"],
    ]
    assert (tmp_path / "path" / "fleet_path.csv").exists()
    assert main(["audit", "--fleets", "2016", "2030"]) == 2
