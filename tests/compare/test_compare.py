"""Runs beside each other: differences, attribution that closes, what was saved and what leaked."""

import csv
import json
from dataclasses import replace

import pytest
from worlds import World, near, plain_world

import alopt
from alopt.cli import main
from alopt.errors import UsageError
from alopt.results.attribution import EFFECTS, attribution
from alopt.results.compare import Comparison, compare
from alopt.results.saved import Run, of_results, read_run


def carbon_world() -> World:
    """North at 3,900 CNY/t on a grid of 0.7 t/MWh, south at 5,200 on one of 0.2; 0.8 Mt wanted."""
    world = plain_world()
    world.scenario(years=[2025, 2030], last_period_years=5)
    world.quantities("cell_values", "class", "pot", {"anode_co2_t_per_t": 1.5})
    return world


WIDE = {"policies": {"carbon_price": {"price_cny_per_t": 300, "scope": "smelter_scope_1_2"}}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return carbon_world().write(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def runs(folder) -> tuple[Run, Run]:
    plain = alopt.run("baseline", inputs=folder)
    priced = alopt.run("baseline", inputs=folder, settings=WIDE)
    return of_results(plain), of_results(priced)


@pytest.fixture(scope="module")
def found(runs) -> Comparison:
    return compare(*runs)


def difference(found: Comparison, theme: str, year: int, item: str = "", region: str = "") -> float:
    (row,) = (
        row
        for row in found.table.records()
        if (row["theme"], row["year"], row["item"], row["region"]) == (theme, year, item, region)
    )
    return row["difference"]


def test_what_moves_costs_and_saves_by_hand(found):
    """At 300 CNY/t the order turns: 0.4 Mt move from north (0.6 to 0.2) to south (0.2 to 0.6).

    Each saves 13 × 0.5 = 6.5 t CO2 and costs 1,300 CNY: 2.6 Mt for 520 M CNY a year, 200 CNY/t.
    """
    for year in (2025, 2030):
        assert difference(found, "output by region", year, region="north") == near(-0.4)
        assert difference(found, "output by region", year, region="south") == near(0.4)
        assert difference(found, "emissions by boundary", year, "smelter_scope_1_2") == near(-2.6)
        assert difference(found, "cost by component", year, "electricity") == near(520)
    abated = found.abatement["smelter_scope_1_2"]
    assert abated["abated_mt"] == near(26.0)
    assert abated["cost_cny_per_t"] == near(200)
    paid = 300 * (0.2 * 10.6 + 0.6 * 4.1)
    item = "carbon_price: smelters to state"
    assert difference(found, "who pays whom", 2025, item, "north") + difference(
        found, "who pays whom", 2025, item, "south"
    ) == near(paid)


def test_a_move_is_location_and_nothing_else(runs):
    """Regions differ in price and factor of power, cells are alike: all of it is location."""
    effects = attribution(*runs, 2025)
    for quantity, change in (("emissions", -2.6), ("cost", 520.0)):
        for effect in EFFECTS:
            expected = change if effect == "location" else 0.0
            assert effects[quantity, effect] == pytest.approx(expected, abs=1e-9), (quantity, effect)


def test_two_factors_share_their_product_evenly(folder):
    """Output falls from 0.8 to 0.7 Mt and all power costs 10 % more: half of the joint part each.

    0.6 Mt at 3,900 and 0.2 at 5,200 before; 0.6 and 0.1 at 1.1 times that after. Shares change too
    (3/4 to 6/7), so location takes part; the parts still add to the whole change.
    """
    import yaml

    plain = alopt.run("baseline", inputs=folder)
    keys = yaml.safe_load((folder / "scenarios" / "baseline.yaml").read_text(encoding="utf-8"))
    keys |= {
        "name": "dear",
        "overrides": [
            {
                "table": "power_prices", "where": {"vat": "excluded"}, "column": "price_cny_per_mwh",
                "multiply": 1.1,
            },
            {"table": "demand", "where": {"path": "central"}, "column": "total_metal_mt", "set": 0.7},
        ],
    }  # fmt: skip
    (folder / "scenarios" / "dear.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")
    dear = alopt.run("dear", inputs=folder)
    effects = attribution(of_results(plain), of_results(dear), 2025)
    before, after = 0.6 * 3900 + 0.2 * 5200, 1.1 * (0.6 * 3900 + 0.1 * 5200)
    assert sum(effects["cost", effect] for effect in EFFECTS) == near(after - before)
    mean = {shares: shares[0] * 3900 + shares[1] * 5200 for shares in ((0.75, 0.25), (6 / 7, 1 / 7))}
    first, second = mean.values()

    def cost(activity: int, location: int, price: int) -> float:
        return (0.8, 0.7)[activity] * (first, second)[location] * (1.0, 1.1)[price]

    expected = sum(
        weight * (cost(1, place, p) - cost(0, place, p))
        for weight, place, p in ((1 / 3, 0, 0), (1 / 6, 1, 0), (1 / 6, 0, 1), (1 / 3, 1, 1))
    )
    assert effects["cost", "activity"] == near(expected)


@pytest.fixture(scope="module")
def shipped() -> tuple[Run, Run]:
    return tuple(of_results(alopt.run(name)) for name in ("baseline", "carbon-wide-200"))


def test_the_attribution_of_shipped_runs_closes(shipped):
    found = compare(*shipped)
    for year in shipped[0].years:
        effects = attribution(*shipped, year)
        emitted = difference(found, "emissions by boundary", year, "smelter_scope_1_2")
        spent = sum(
            row["difference"]
            for row in found.table.records()
            if (row["theme"], row["year"]) == ("cost by component", year)
        )
        assert sum(effects["emissions", e] for e in EFFECTS) == pytest.approx(emitted, abs=1e-9)
        assert sum(effects["cost", e] for e in EFFECTS) == pytest.approx(spent, abs=1e-6)


def test_tables_of_shipped_runs_agree_with_their_summaries(shipped):
    found = compare(*shipped)
    reference = shipped[0]
    for year in reference.years:
        moved = sum(
            row["difference"]
            for row in found.table.records()
            if (row["theme"], row["year"]) == ("output by region", year)
        )
        made = [run.summary["years"][str(year)]["production_mt"] for run in shipped]
        assert moved == pytest.approx(made[1] - made[0], abs=1e-9)
    total = found.totals["objective_m_cny"]["difference"]
    parts = [found.totals[f"{key}_m_cny"]["difference"] for key in ("system_cost", "transfers")]
    assert sum(parts) == near(total)


def test_a_run_against_itself_changes_nothing(runs):
    found = compare(runs[0], runs[0])
    assert all(not row["difference"] for row in found.table.records())
    assert all(row["change"] == 0 for row in found.attribution.records())
    assert found.abatement["smelter_scope_1_2"]["cost_cny_per_t"] is None
    assert found.warnings == ()


def test_a_run_read_from_its_folder_compares_the_same(folder, runs, tmp_path):
    alopt.run("baseline", inputs=folder, out=tmp_path / "plain")
    alopt.run("baseline", inputs=folder, out=tmp_path / "priced", settings=WIDE)
    read = compare(read_run(tmp_path / "plain"), read_run(tmp_path / "priced"))
    for one, two in zip(compare(*runs).table.rows, read.table.rows, strict=True):
        assert one[:5] == two[:5]
        assert [v if v is None else pytest.approx(v, rel=1e-10, abs=1e-10) for v in one[5:]] == list(two[5:])


def test_what_is_not_alike_is_said(runs):
    one, two = runs
    changed = {**two.manifest, "alopt": "9.9", "inputs": {**two.manifest["inputs"], "tables/fleet.csv": "x"}}
    found = compare(one, replace(two, manifest=changed))
    assert len(found.warnings) == 2
    assert "versions of alopt" in found.warnings[0]
    assert found.warnings[1] == "The runs were solved with different inputs: tables/fleet.csv."


def test_other_years_and_rates_are_said_and_not_summed(folder, runs):
    later = of_results(alopt.run("baseline", inputs=folder, settings={"years": [2025, 2040]}))
    found = compare(runs[0], later)
    assert {row["year"] for row in found.table.records()} == {2025}
    assert not found.totals
    assert "different model years" in found.warnings[0]
    dear = of_results(alopt.run("baseline", inputs=folder, settings={"discount_rate": 0.1}))
    assert "discount differently" in compare(runs[0], dear).warnings[0]
    never = of_results(alopt.run("baseline", inputs=folder, settings={"years": [2026]}))
    with pytest.raises(UsageError, match="share no model year"):
        compare(runs[0], never)


def test_command(folder, tmp_path, capsys):
    carbon = "policies.carbon_price={price_cny_per_t: 300, scope: smelter_scope_1_2}"
    out = ["--quiet", "--inputs", str(folder)]
    assert main(["run", *out, "--out", str(tmp_path / "plain")]) == 0
    assert main(["run", *out, "--set", carbon, "--out", str(tmp_path / "priced")]) == 0
    both = [str(tmp_path / "plain"), str(tmp_path / "priced")]
    assert main(["compare", *both, "--out", str(tmp_path / "compared")]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Average cost of a tonne saved, scope 1 and 2: 200 CNY" in shown
    assert "from North -0.4 to South +0.4 Mt." in shown
    names = {"comparison.csv", "attribution.csv", "transfers.csv", "comparison.json", "run.json"}
    assert {path.name for path in (tmp_path / "compared").iterdir()} == names
    with (tmp_path / "compared" / "transfers.csv").open(encoding="utf-8") as file:
        assert {row["receiver"] for row in csv.DictReader(file)} == {"state"}
    assert main(["compare", *both, "--json", "--out", str(tmp_path / "compared")]) == 0
    assert json.loads(capsys.readouterr().out)[0]["abatement"]["smelter_scope_1_2"]["abated_mt"] == near(26.0)


def test_wrong_usage(folder, tmp_path, capsys):
    assert main(["compare", "baseline", "baseline"]) == 2
    assert "compare takes each run once." in capsys.readouterr().err
    assert main(["compare", "baseline", "nowhere", "--inputs", str(folder)]) == 2
    alopt.run("baseline", inputs=folder, out=tmp_path / "plain")
    assert main(["compare", str(tmp_path / "plain"), "baseline", "--set", "discount_rate=0.1"]) == 2
    assert "is solved already; --set, --resolution and --inputs need scenarios." in capsys.readouterr().err
    (tmp_path / "plain" / "costs.csv").write_text("", encoding="utf-8")
    assert main(["compare", str(tmp_path / "plain"), "dear"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_scenario_without_a_plan_is_named(tmp_path, capsys):
    none = "{name: none, extends: baseline, policies: {emission_cap: {limit_mt: 0, boundary: direct}, "
    none += "metal_trade: {export_floor_mt_per_a: 0.1}}}"
    world = carbon_world()
    world.step("export_steps", "abroad", 3000, 0.2)
    inputs = world.write(tmp_path / "inputs")
    (inputs / "scenarios" / "none.yaml").write_text(none, encoding="utf-8")
    assert main(["compare", "baseline", "none", "--inputs", str(inputs), "--out", str(tmp_path / "out")]) == 3
    assert capsys.readouterr().err.startswith("none: No plan meets all constraints.")
    assert not (tmp_path / "out").exists()
