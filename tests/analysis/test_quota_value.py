"""What quota is worth, by hand: rent from both sides, demand and import parity, deals.

North makes metal at 3,900 CNY/t, south at 5,200, 0.6 Mt/a each; imports cost 6,000. One year, worth 0.8.
"""

import csv
import json
from pathlib import Path

import pytest
from worlds import World, near, plain_world

import alopt
from alopt.analysis import quota_value as module
from alopt.analysis.quota_value import QuotaValue, quota_value, shifted, years_of_scarcity
from alopt.cli import main
from alopt.errors import UsageError
from alopt.finance import annuity_due
from alopt.report import curves
from alopt.report.quota_screen import quota_screen, span

#: A tonne more of import parity with VAT, without it.
NET = 1000.0 / 1.13

#: What one side of a difference of Mt/100 leaves to rounding, CNY.
CLOSE = 1e-4


def capped(cap: float, demand: float) -> World:
    world = plain_world()
    world.step("import_steps", "parity", 6000, 100)
    world.demand(demand)
    world.quota(north=0.6, south=0.6)
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": cap}})
    return world


def with_deals(world: World) -> World:
    for year, price in ((2019, 4700), (2020, 700)):
        world.add(
            "quota_deals", deal=f"deal_{year}", name=f"One to another, {year}", name_zh="甲—乙", year=year,
            price_cny_per_t_a=price, vat="excluded",
        )  # fmt: skip
    return world


def full_fleet(demand: float) -> World:
    """Fleet and quota of 1.2 Mt/a each; a newcomer in the south costs 5,500 with its yearly charge of 300."""
    world = capped(1.2, demand)
    world.newcomer("new_south", "south")
    world.power("south", 400, kind="newcomer")
    capex = 300.0 * sum(0.8**s for s in range(20))
    world.pot("new_pot", new_capex=capex, maintenance_cny_per_t_a=0.0)
    return world


def case(found: QuotaValue, demand: float, parity: float) -> dict:
    return next(
        row
        for row in found.summary["cases"]
        if (row["demand_change_mt"], row["parity_change_cny_per_t"]) == (demand, parity)
    )


def sides(row: dict, key: str = "rent") -> tuple:
    unit = "cny_per_t_a" if key == "rent" else "cny_per_t"
    return tuple(row[f"{key}_{side}_{unit}"] for side in ("bid", "ask"))


def close(value: float):
    return pytest.approx(value, abs=CLOSE)


def test_a_cap_into_the_fleet_has_one_rent(tmp_path):
    """Cap 0.7, demand 0.8: the south's 0.1 Mt earns 6,000 - 5,200 = 800, from both sides and as a dual."""
    found = quota_value(capped(0.7, 0.8).data(tmp_path))
    row = case(found, 0.0, 0.0)
    assert row["rent_cny_per_t_a"] == near(800.0)
    assert sides(row) == (close(800.0), close(800.0))
    assert sides(row, "price") == (close(800.0), close(800.0))
    assert found.summary["years"][2025]["stock_mt_per_a"] == near(0.7)


def test_import_parity_moves_the_rent_without_its_tax(tmp_path):
    """Dearer by 1,000 with VAT: 885 more; cheaper by 1,000: 5,115, and the south is not worth running."""
    found = quota_value(capped(0.7, 0.8).data(tmp_path))
    assert sides(case(found, 0.0, 1000.0)) == (close(800.0 + NET), close(800.0 + NET))
    assert sides(case(found, 0.0, -1000.0)) == (close(0.0), close(0.0))
    assert case(found, 0.0, 2000.0)["metal_price_cny_per_t"] == near(6000.0 + 2 * NET)


def test_more_demand_makes_quota_scarce(tmp_path):
    """Cap 0.7 and demand 0.5: nothing. 0.5 more: the south's 0.1 Mt earns 800. Less than none: no plan."""
    found = quota_value(capped(0.7, 0.5).data(tmp_path))
    assert sides(case(found, 0.0, 0.0)) == (close(0.0), close(0.0))
    assert sides(case(found, 0.5, 0.0)) == (close(800.0), close(800.0))
    changes = {row["demand_change_mt"] for row in found.summary["cases"]}
    assert changes == {0.0, 0.5, 1.0, 1.5, 2.0, 3.0}
    assert "no plan" not in quota_screen(found.summary)


def test_bid_and_ask_part_where_the_fleet_fills_its_quota(tmp_path):
    """Demand 1.5 beyond 1.2: one less closes the south at 6,000 - 5,200, one more is built at 5,500."""
    found = quota_value(full_fleet(1.5).data(tmp_path))
    row = case(found, 0.0, 0.0)
    assert sides(row) == (close(500.0), close(800.0))
    assert 500.0 - CLOSE <= row["rent_cny_per_t_a"] <= 800.0 + CLOSE
    assert span(row, "rent") == "500 – 800"


def test_a_price_is_worth_the_rents_to_come(tmp_path):
    """2025 stands for two years (weight 1.44), 2027 for one (0.512): (1.44 + 0.512) x 800 / 0.8.

    A t/a less in 2025 alone closes a line for good, so what it earns in 2027 is lost too; a t/a more
    in 2025 alone is worth the dual, 800.
    """
    world = capped(0.7, 0.8)
    world.scenario(years=[2025, 2027], last_period_years=1)
    found = quota_value(world.data(tmp_path))
    years = found.summary["years"]
    assert years[2025]["rent_cny_per_t_a"] == near(800.0)
    assert years[2025]["rent_bid_cny_per_t_a"] == close(800.0)
    assert years[2025]["rent_ask_cny_per_t_a"] == close((1.44 + 0.512) * 800.0 / 1.44)
    assert years[2025]["price_ask_cny_per_t"] == close((1.44 + 0.512) * 800.0 / 0.8)
    assert years[2025]["price_cny_per_t"] == near((1.44 + 0.512) * 800.0 / 0.8)
    # From 2027 on nobody could use one more: the line that would have is closed since 2025.
    assert sides(years[2027], "price") == (close(0.0), close(800.0))
    later = quota_value(world.data(tmp_path / "later"), year=2027)
    assert case(later, 0.0, 0.0)["price_cny_per_t"] == near(800.0)


def test_every_case_is_the_run_of_that_world(tmp_path):
    """The blended program costs what a program built from the changed data costs."""
    world = full_fleet(1.0)
    world.step("import_steps", "contract", 5000, 0.1)
    data = world.data(tmp_path)
    cases = module._Cases(data)
    for demand, parity in ((0.5, 1000.0), (-0.3, -2000.0), (2.0, 0.0)):
        afresh = alopt.solve(alopt.build(shifted(data, demand, parity)))
        assert cases.solve(demand, parity).objective == near(afresh.objective)


def test_contracts_keep_their_price(tmp_path):
    world = capped(0.7, 0.8)
    world.step("import_steps", "contract", 5000, 0.1)
    moved = shifted(world.data(tmp_path), 0.2, 1130.0)
    assert [step.price for step in moved.markets.import_steps] == [near(5000.0), near(7000.0)]
    assert moved.markets.demand[2025] == near(1.0)


def test_a_deal_and_the_demand_that_makes_it(tmp_path):
    """Demand 1.0 of a fleet of 1.2: from 0.2 more on the model asks 800, and bids 500; 4,700 never."""
    found = quota_value(with_deals(full_fleet(1.0)).data(tmp_path))
    dear, cheap = found.summary["deals"]
    assert (dear["year"], cheap["year"]) == (2019, 2020)
    assert dear["demand_change_ask_mt"] is None
    assert cheap["demand_change_ask_mt"] == pytest.approx(0.2, abs=0.03)
    assert cheap["demand_change_bid_mt"] is None
    rate = found.summary["discount_rate"]
    assert cheap["margin_cny_per_t_a"][2] == near(700.0 / (1.0 + 1.0 / (1.0 + rate)))


def test_years_and_margins_are_each_other_s_inverse():
    """4,700 in three years at 8 %: 4,700 / (1 + 0.9259 + 0.8573) = 1,688.7 a year."""
    assert annuity_due(4700.0, 0.08, 3) == pytest.approx(1688.66, abs=0.01)
    for years in (1, 3, 10, 40):
        assert years_of_scarcity(4700.0, annuity_due(4700.0, 0.08, years), 0.08) == pytest.approx(
            years, rel=1e-9
        )
    assert years_of_scarcity(4700.0, 4700.0 * 0.08 / 1.08 * 0.999, 0.08) is None


def test_duals_of_the_shipped_plan_lie_between_bid_and_ask(monkeypatch):
    """Demand 1.5 Mt higher: 45.0 Mt/a stand on 45.0 of quota, and the two sides are apart."""
    monkeypatch.setattr(module, "DEMAND", (0.0, 1.5))
    monkeypatch.setattr(module, "PARITY", (0.0,))
    monkeypatch.setattr(module, "_MOST_DEMAND", 0.01)
    found = quota_value(alopt.load(None, "baseline"))
    for row in found.summary["cases"]:
        for key, unit in (("rent", "cny_per_t_a"), ("price", "cny_per_t")):
            bid, ask = sides(row, key)
            assert bid - 0.1 <= row[f"{key}_{unit}"] <= ask + 0.1
    bid, ask = sides(case(found, 1.5, 0.0))
    assert 100 < bid < ask - 100
    assert ask < 1000
    regions = [row for row in found.table.records() if row["region"]]
    assert sum(row["stock_mt_per_a"] for row in regions if row["year"] == 2025) == near(45.0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_figure_holds_cases_and_deals(tmp_path, language):
    found = quota_value(with_deals(full_fleet(1.0)).data(tmp_path))
    text = json.dumps(curves.quota(found.summary, language).to_dict(), ensure_ascii=False)
    assert "4,700" in text
    bare = {**found.summary, "deals": []}
    assert "4,700" not in json.dumps(curves.quota(bare, language).to_dict())
    assert len(curves.quota(bare, language).vconcat) == 1


def test_the_command_writes_and_shows(tmp_path, monkeypatch, capsys):
    inputs = with_deals(full_fleet(1.0)).write(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        assert main(["curve", "quota", "--inputs", str(inputs), "--out", folder]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for text in (
        "Worth of smelting quota in baseline", "Price in 2025, CNY per t/a, bid – ask", "500 – 800",
        "2019, One to another, 2019: 4,700 (without VAT, money of its year). No demand", "885 CNY/t·a",
    ):  # fmt: skip
        assert text in shown
    for name in ("quota_value.csv", "quota_value.svg"):
        assert (Path("a") / name).read_bytes() == (Path("b") / name).read_bytes()
    with (Path("a") / "quota_value.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["region"] for row in rows} == {"", "north", "south"}
    assert main(["curve", "quota", "--inputs", str(inputs), "--json", "--figure", "figures/mine.svg"]) == 0
    assert Path("figures/mine.svg").read_bytes() == (Path("a") / "quota_value.svg").read_bytes()
    assert json.loads(capsys.readouterr().out)["year"] == 2025


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--year", "2031"], "--year 2031 is no model year of baseline: there are 2025."),
        (["--figure", "quota.pdf"], "--figure takes a file that ends in .svg, .png, .html; found quota.pdf."),
        (["--set", "policies={}"], "No policy of baseline limits capacity by quota; name a scenario with"),
        (["no-such"], "no such scenario"),
    ],
)
def test_bad_usage_writes_nothing(tmp_path, monkeypatch, capsys, arguments, message):
    inputs = capped(0.7, 0.8).write(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    assert main(["curve", "quota", *arguments, "--inputs", str(inputs)]) == 2
    assert message in capsys.readouterr().err
    assert not Path("results").exists()


def test_a_figure_that_cannot_be_written_is_an_error(tmp_path, monkeypatch, capsys):
    inputs = capped(0.7, 0.8).write(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("a file", encoding="utf-8")
    arguments = ["curve", "quota", "--inputs", str(inputs), "--quiet", "--figure", "taken/mine.svg"]
    assert main(arguments) == 4
    assert "The figure could not be written to taken/mine.svg" in capsys.readouterr().err
    assert not Path("results").exists()


def test_no_cap_is_an_error(tmp_path):
    world = capped(0.7, 0.8)
    world.scenario(policies={})
    with pytest.raises(UsageError, match="limits capacity by quota"):
        quota_value(world.data(tmp_path))
