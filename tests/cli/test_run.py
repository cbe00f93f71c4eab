"""`alopt run`: what it prints and writes, and what its options do."""

import csv
import json

import highspy
import pytest
from worlds import files, near, plain_world

import alopt

WRITTEN = {
    "summary.json", "run.json", "years.csv", "capacity.csv", "retrofits.csv", "quota.csv",
    "quota_market.csv", "running.csv",
    "production.csv", "electricity.csv", "supply.csv", "refining.csv", "flows.csv", "markets.csv",
    "trade.csv", "costs.csv", "emissions.csv", "shadow_prices.csv", "reduced_costs.csv", "iamc.csv",
}  # fmt: skip


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_solved(command, here, minimal):
    """Code 0, the summary on the screen, the tables in the folder that it names, the inputs as solved."""
    outcome = command("run", "--inputs", minimal)
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith("baseline: Which of two smelters should make the metal?")
    assert "not a forecast" in outcome.out
    assert "Tables: results/baseline" in outcome.out
    assert "\x1b" not in outcome.out, "colours where output is piped"
    folder = here / "results" / "baseline"
    assert set(files(folder)) >= WRITTEN
    shipped = {f"inputs/{path.name}" for path in (minimal / "tables").glob("*.csv")}
    assert set(files(folder)) >= shipped
    assert files(here) == [f"results/baseline/{name}" for name in files(folder)], "nothing else is written"
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["status"] == "optimal"
    assert all(check["ok"] for check in summary["checks"])


def test_out_names_the_folder(command, here, minimal):
    assert command("run", "--inputs", minimal, "--out", "mine").code == 0
    assert (here / "mine" / "summary.json").exists()
    assert not (here / "results").exists()


def test_scenario_by_path(command, here, minimal):
    """A path to a YAML file is a scenario too; its results stand under the file's name."""
    text = (minimal / "scenarios" / "baseline.yaml").read_text(encoding="utf-8")
    (here / "my-case.yaml").write_text(text.replace("name: baseline", "name: my-case"), encoding="utf-8")
    assert command("run", "my-case.yaml", "--inputs", minimal).code == 0
    assert (here / "results" / "my-case" / "summary.json").exists()


def test_a_second_run_replaces_the_first(command, here, minimal):
    for rate in (0.08, 0.25):
        assert command("run", "--inputs", minimal, "--set", f"discount_rate={rate}").code == 0
    run = json.loads((here / "results" / "baseline" / "run.json").read_text(encoding="utf-8"))
    assert run["scenario"]["discount_rate"] == 0.25
    assert [path.name for path in (here / "results").iterdir()] == ["baseline"]


def test_quiet_prints_nothing(command, minimal):
    outcome = command("run", "--inputs", minimal, "--quiet")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_json_prints_only_json(command, here, minimal, quiet):
    """Standard output is one JSON document, the summary as it is written."""
    outcome = command("run", "--inputs", minimal, "--json", *quiet)
    assert outcome.err == ""
    printed = json.loads(outcome.out)
    written = json.loads((here / "results" / "baseline" / "summary.json").read_text(encoding="utf-8"))
    assert printed.keys() == written.keys()
    assert printed["objective_m_cny"] == pytest.approx(written["objective_m_cny"], rel=1e-11)


def test_json_of_several_is_a_list(command, several):
    outcome = command("run", "baseline", "spare", "--inputs", several, "--json")
    assert [summary["scenario"] for summary in json.loads(outcome.out)] == ["baseline", "spare"]


def test_json_of_a_failure_is_an_empty_list(command, several):
    outcome = command("run", "blocked", "--inputs", several, "--json")
    assert outcome.code == 3
    assert json.loads(outcome.out) == []
    assert "quota_balance" in outcome.err


def test_set_changes_a_scenario_key(command, minimal):
    """One year, a year after the base year: the cost is annual cost / (1 + rate)."""
    cost = {}
    for rate in (0.08, 0.25):
        outcome = command("run", "--inputs", minimal, "--json", "--set", f"discount_rate={rate}")
        cost[rate] = json.loads(outcome.out)["objective_m_cny"]
    assert cost[0.25] * 1.25 == near(cost[0.08] * 1.08)


def test_set_reaches_into_policies(command, here, tmp_path):
    """A cap of 0.7 Mt/a set on the command line, whole or by year, as in the scenario itself."""
    world = plain_world()
    world.quota(north=0.6, south=0.6)
    inputs = world.write(tmp_path / "inputs")
    for value in ("0.7", "{2025: 0.7}"):
        setting = f"policies.capacity_cap.cap_mt_per_a={value}"
        outcome = command("run", "--inputs", inputs, "--json", "--set", setting)
        assert json.loads(outcome.out)["years"]["2025"]["capacity_mt_per_a"] == near(0.7)
    run = json.loads((here / "results" / "baseline" / "run.json").read_text(encoding="utf-8"))
    assert run["scenario"]["policies"] == {"capacity_cap": {"cap_mt_per_a": {"2025": 0.7}}}


def test_resolution(command, minimal):
    """Pooled by province the two smelters are their regions."""
    for resolution in ("province", "smelter"):
        outcome = command("run", "--inputs", minimal, "--json", "--resolution", resolution)
        assert json.loads(outcome.out)["resolution"] == resolution


@pytest.mark.parametrize("ending", ["mps", "lp"])
def test_written_model_solves_to_the_same_objective(command, here, minimal, ending):
    """The program in a file, solved by another instance; every name in it is explained by the index."""
    outcome = command("run", "--inputs", minimal, "--json", "--write-model", f"model.{ending}")
    summary = json.loads(outcome.out)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(f"model.{ending}") == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getInfo().objective_function_value == pytest.approx(summary["objective_m_cny"], rel=1e-9)
    lp = solver.getLp()
    index = rows(here / "model_index.csv")
    assert [row["name"] for row in index if row["kind"] == "row"] == list(lp.row_names_)
    assert {row["name"] for row in index if row["kind"] == "column"} == set(lp.col_names_)
    assert (summary["lp"]["rows"], summary["lp"]["columns"]) == (lp.num_row_, lp.num_col_)
    one = next(row for row in index if row["component"] == "running_limit")
    assert one["members"] == "site;cell;year;season"
    assert one["indices"] == "north_smelter;pot;2025;year"
    assert one["name"] == "running_limit(north_smelter,pot,2025,year)"


def shadow_prices(here, constraint):
    table = rows(here / "results" / "baseline" / "shadow_prices.csv")
    return [row for row in table if row["constraint"] == constraint]


def test_duals_are_not_verified_unless_asked(command, here, minimal):
    assert command("run", "--inputs", minimal, "--quiet").code == 0
    (row,) = shadow_prices(here, "ingot_market")
    assert (row["lower"], row["upper"], row["unique"]) == ("", "", "")


def test_verified_dual_is_unique_within_a_step(command, here, tmp_path):
    """Demand 0.8 Mt: a tonne more or less is south's, at 5,200 CNY/t either way."""
    inputs = plain_world().write(tmp_path / "inputs")
    assert command("run", "--inputs", inputs, "--quiet", "--verify-duals").code == 0
    (row,) = shadow_prices(here, "ingot_market")
    assert float(row["lower"]) == pytest.approx(5200.0, rel=1e-6)
    assert float(row["upper"]) == pytest.approx(5200.0, rel=1e-6)
    assert row["unique"] == "true"


def test_verified_dual_at_a_kink_is_an_interval(command, here, tmp_path):
    """Demand 0.6 Mt, just north's capacity: a tonne less saves 3,900, a tonne more costs 5,200."""
    world = plain_world()
    world.demand(0.6)
    assert command("run", "--inputs", world.write(tmp_path / "inputs"), "--quiet", "--verify-duals").code == 0
    (row,) = shadow_prices(here, "ingot_market")
    assert float(row["lower"]) == pytest.approx(3900.0, rel=1e-6)
    assert float(row["upper"]) == pytest.approx(5200.0, rel=1e-6)
    assert row["unique"] == "false"
    assert 3900.0 - 1e-6 <= float(row["shadow_price"]) <= 5200.0 + 1e-6


def test_verified_dual_without_a_plan_on_one_side_is_blank_there(command, here, tmp_path):
    """A cap of nil cannot be cut: the lower slope is infinite. A t/a more saves 30,000 - 3,900."""
    world = plain_world()
    world.quota(north=0.6, south=0.6)
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": 0}})
    assert command("run", "--inputs", world.write(tmp_path / "inputs"), "--quiet", "--verify-duals").code == 0
    (row,) = shadow_prices(here, "national_cap")
    assert (row["lower"], row["unique"]) == ("", "false")
    assert float(row["upper"]) == pytest.approx(-26100.0, rel=1e-6)


def test_a_batch_goes_on_and_returns_its_worst(command, here, several):
    """Of four scenarios two are solved and written, one diagnosed; bad input (2) is worst."""
    outcome = command("run", "--all", "--inputs", several, "--quiet")
    assert outcome.code == 2
    assert sorted(path.name for path in (here / "results").iterdir()) == ["baseline", "blocked", "spare"]
    assert "wrong: 1 problem in the inputs:" in outcome.err
    assert "blocked: No plan meets all constraints." in outcome.err


def test_a_batch_without_bad_input_returns_no_plan(command, here, several):
    outcome = command("run", "blocked", "baseline", "--inputs", several, "--out", "batch", "--quiet")
    assert outcome.code == 3
    assert sorted(path.name for path in (here / "batch").iterdir()) == ["baseline", "blocked"]
    note = json.loads((here / "batch/blocked/diagnosis.json").read_text(encoding="utf-8"))
    assert note["status"] == "infeasible"
    assert "North" in note["stories"][0]


def test_python_and_command_agree(command, minimal):
    printed = json.loads(command("run", "--inputs", minimal, "--json").out)
    summary = alopt.run("baseline", inputs=minimal).summary
    assert printed["objective_m_cny"] == near(summary["objective_m_cny"])
