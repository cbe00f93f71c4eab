"""The cost curve of a plan's fleet beside that of the standing one, by hand and through the command."""

import csv
import json
from pathlib import Path

import pytest
from test_cost_curve import PRICES, trade_world
from worlds import MWH_PER_T, World, near

import alopt
from alopt.analysis.cost_curve import cost_curve
from alopt.analysis.planned_curve import causes, planned_curve, regions
from alopt.cli import main
from alopt.errors import UsageError
from alopt.report import curves
from alopt.report.planned_screen import planned_screen
from alopt.results.saved import of_results
from alopt.results.table import ResultTable


def shrinking_world() -> World:
    """North 300 and south 400 CNY/MWh, 0.6 Mt/a each; 0.7 Mt are needed, so that half the south closes."""
    world = trade_world()
    world.demand(0.7)
    world.parameters(sustaining_capex_cny_per_t_a=500)
    return world


def inputs_of(world: World, folder: Path) -> Path:
    inputs = world.write(folder / "inputs")
    (inputs / "prices" / "month.yaml").write_text(PRICES, encoding="utf-8")
    return inputs


@pytest.fixture
def inputs(tmp_path) -> Path:
    return inputs_of(shrinking_world(), tmp_path)


def curve_of(inputs: Path, year: int | None = None):
    settings = {"market_prices": "month"}
    data = alopt.load(inputs, settings=settings)
    return data, planned_curve(data, of_results(alopt.run(inputs=inputs, settings=settings)), year)


def test_closing_the_dear_half_by_hand(inputs):
    """Availability 0.9: 0.54 Mt each stand; the plan keeps 0.16 Mt of the south's.

    The costs of a tonne stay, as nothing else changes; the mean falls by the south's lesser share.
    """
    _, curve = curve_of(inputs)
    rows = {(row["fleet"], row["site"]): row for row in curve.table.records()}
    assert rows["standing", "south_smelter"]["output_mt"] == near(0.54)
    assert rows["planned", "south_smelter"]["output_mt"] == near(0.16)
    for site in ("north_smelter", "south_smelter"):
        one, two = (rows[fleet, site]["full_cost_cny_per_t"] for fleet in ("standing", "planned"))
        assert one == near(two)
    gap = 1.13 * MWH_PER_T * 100 + 1.09 * 2 * 100
    change = (0.16 / 0.7 - 0.5) * gap
    means = [curve.summary[fleet]["mean_full_cost_cny_per_t"] for fleet in ("standing", "planned")]
    assert means[1] - means[0] == near(change)
    found = curve.summary["difference_by_cause_cny_per_t"]
    assert found == {"closing": near(change), "changing": near(0.0), "coming": near(0.0)}
    assert sum(curve.summary["difference_by_component_cny_per_t"].values()) == near(change)


def test_the_standing_half_is_the_curve_of_the_month(inputs):
    data, curve = curve_of(inputs)
    plain = cost_curve(data)
    assert curve.summary["standing"] == plain.summary
    place = curve.table.columns.index("fleet")
    assert [row[:place] for row in curve.table.rows if row[place] == "standing"] == plain.table.rows


def test_the_planned_fleet_draws_what_the_plan_draws(tmp_path):
    """A contract of 3 TWh at 350 beside the grid at 300: by rule it comes first, the plan leaves it."""
    world = shrinking_world()
    world.power("north", 350, source="hydro", volume={";".join(map(str, range(1, 13))): 3.0})
    _, curve = curve_of(inputs_of(world, tmp_path))
    rows = {(row["fleet"], row["site"]): row for row in curve.table.records()}
    need = 0.54 * MWH_PER_T
    by_rule = (3.0 * 350 + (need - 3.0) * 300) / need
    assert rows["standing", "north_smelter"]["power_price_cny_per_mwh"] == near(1.13 * by_rule)
    assert rows["planned", "north_smelter"]["power_price_cny_per_mwh"] == near(1.13 * 300)


def test_a_plan_that_moves_nothing_has_the_standing_curve():
    """The shipped fleet dispatched for 2024: what the plan draws costs what the rule draws, in the mean."""
    settings = {"market_prices": "2025-11"}
    data = alopt.load(None, "base-2024", settings=settings)
    curve = planned_curve(data, of_results(alopt.run("base-2024", settings=settings)))
    one, two = (curve.summary[fleet] for fleet in ("standing", "planned"))
    assert two["output_mt"] == pytest.approx(one["output_mt"], rel=1e-6)
    for key in ("mean_full_cost_cny_per_t", "mean_cash_cost_cny_per_t"):
        assert two[key] == pytest.approx(one[key], abs=1.0)


def test_causes_add_to_the_whole():
    """Kept A (10 -> 8, 2 of 4 Mt left), closed B (20), new C (12, 2 Mt): 15 -> 8 + 12 over two."""
    columns = ("site", "output_mt", "full_cost_cny_per_t")
    standing = ResultTable("cost_curve", columns, [("a", 4.0, 10.0), ("b", 4.0, 20.0)])
    planned = ResultTable("cost_curve", columns, [("a", 2.0, 8.0), ("c", 2.0, 12.0)])
    assert causes(standing, planned) == {"closing": -5.0, "changing": -2.0, "coming": 2.0}
    new = ResultTable("cost_curve", columns, [("c", 2.0, 12.0)])
    assert causes(standing, new) == {"closing": 0.0, "changing": 0.0, "coming": -3.0}


def test_provinces_of_either_fleet_are_paired():
    one, two = {"province": "a", "output_mt": 1.0}, {"province": "b", "output_mt": 2.0}
    summary = {"standing": {"provinces": [one]}, "planned": {"provinces": [two]}}
    assert regions(summary) == [("b", None, two), ("a", one, None)]


def test_a_year_that_is_none_and_a_fleet_that_is_gone(inputs):
    data, _ = curve_of(inputs)
    run = of_results(alopt.run(inputs=inputs, settings={"market_prices": "month"}))
    with pytest.raises(UsageError, match="--year 2031 is no model year of baseline: there are 2025"):
        planned_curve(data, run, 2031)
    table = run.tables["capacity"]
    empty = {**run.tables, "capacity": ResultTable("capacity", table.columns, [])}
    gone = type(run)(run.name, run.summary, run.manifest, empty, run.regions, run.inputs)
    with pytest.raises(UsageError, match="No capacity stands in 2025: there is no curve of it"):
        planned_curve(data, gone)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_figure_holds_both_curves_and_the_metal_price(inputs, language):
    """The metal price of 22,600 is far above both: it is said in words, and drawn where it is near."""
    _, curve = curve_of(inputs)
    text = json.dumps(curves.planned(curve.table, curve.summary, language).to_dict(), ensure_ascii=False)
    for fleet in ("standing", "planned"):
        assert f"{curve.summary[fleet]['mean_full_cost_cny_per_t']:,.0f}" in text
    assert "22,600" in text
    assert '"level"' not in text
    highest = curve.summary["planned"]["highest"]["full_cost_cny_per_t"]
    curve.summary["planned"]["metal_price_cny_per_t"] = highest + 1.0
    assert '"level"' in json.dumps(curves.planned(curve.table, curve.summary, language).to_dict())


def test_inputs_without_a_scenario_of_the_base_year_are_costed_as_their_baseline(inputs, tmp_path, capsys):
    out = tmp_path / "standing"
    given = ["curve", "cost", "--inputs", str(inputs), "--prices", "month", "--out", str(out), "--json"]
    assert main(given) == 0
    assert json.loads(capsys.readouterr().out)["scenario"] == "baseline"


def test_the_command_solves_or_reads_a_run(inputs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ours = ["--inputs", str(inputs)]
    month = ["--set", "market_prices=month"]
    assert main(["curve", "cost", *ours, *month, "--out", "a"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "the fleet planned for 2025 beside that standing in 2024" in shown
    assert "The mean moves by" in shown
    assert main(["run", *ours, *month, "--out", "solved", "--quiet"]) == 0
    assert main(["curve", "cost", "solved", *ours, "--out", "b", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["year"] == 2025
    rows = written("a")
    assert [row["fleet"] for row in rows] == ["standing"] * 2 + ["planned"] * 2
    assert costs(written("b")) == [near(cost) for cost in costs(rows)]
    assert (Path("a") / "cost_curve.svg").is_file()
    # A run with a month: both fleets at that month's prices.
    assert main(["curve", "cost", "solved", *ours, "--prices", "month", "--out", "c", "--quiet"]) == 0
    assert costs(written("c")) == [near(cost) for cost in costs(rows)]


def written(folder: str) -> list[dict[str, str]]:
    with (Path(folder) / "cost_curve.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def costs(rows: list[dict[str, str]]) -> list[float]:
    return [float(row["full_cost_cny_per_t"]) for row in rows]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--year", "2031"], "--year 2031 is no model year of baseline"),
        (["no-such"], "no such scenario"),
        (["--set", "market_prices=null"], "The scenario names no market prices; set market_prices"),
        (
            ["solved", "--set", "discount_rate=0.05"],
            "is solved already; --set and --resolution need a scenario.",
        ),
    ],
)
def test_bad_usage_writes_nothing(inputs, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    ours = ["--inputs", str(inputs)]
    if "solved" in arguments:
        assert main(["run", *ours, "--out", "solved", "--quiet"]) == 0
    assert main(["curve", "cost", *arguments, *ours]) == 2
    assert message in capsys.readouterr().err
    assert not Path("results").exists()


def test_a_run_on_other_tables_is_refused(inputs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--inputs", str(inputs), "--out", "solved", "--quiet"]) == 0
    other = shrinking_world()
    other.demand(0.71)
    changed = inputs_of(other, tmp_path / "other")
    assert main(["curve", "cost", "solved", "--inputs", str(changed)]) == 2
    assert "holds other tables than solved was solved from" in capsys.readouterr().err


def test_the_screen_shows_a_province_that_is_left(inputs):
    _, curve = curve_of(inputs)
    curve.summary["planned"]["provinces"] = curve.summary["planned"]["provinces"][:1]
    assert "–" in planned_screen(curve)
