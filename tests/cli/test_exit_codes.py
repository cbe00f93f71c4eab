"""Exit codes 2, 3 and 4: every problem named, nothing written, never a traceback."""

import shutil
from importlib import import_module

import pytest
from worlds import files

from alopt.solve.highs import Solver


def broken(minimal, here):
    """Copy of the minimal inputs with three faults in two tables."""
    folder = here / "broken"
    shutil.copytree(minimal, folder)
    demand = folder / "tables" / "demand.csv"
    demand.write_text(demand.read_text(encoding="utf-8").replace("2025,0.8", "2025,much"), encoding="utf-8")
    fleet = folder / "tables" / "fleet.csv"
    text = fleet.read_text(encoding="utf-8").replace("south_smelter,pot,0.6", "south_smelter,pot,-0.6")
    fleet.write_text(text.replace("north_smelter,pot", "north_smelter,pott"), encoding="utf-8")
    return folder


def test_bad_input_lists_every_problem(command, here, minimal):
    """Code 2: file, row, column, value, rule and mend of each; no results."""
    inputs = broken(minimal, here)
    before = files(here)
    outcome = command("run", "--inputs", inputs)
    assert outcome.code == 2
    assert "tables/demand.csv, row 2, column total_metal_mt: is no number (found 'much')." in outcome.err
    assert "tables/fleet.csv, row 3, column capacity_mt_per_a: is below 0" in outcome.err
    assert outcome.out == ""
    assert files(here) == before


def test_check_lists_them_too(command, here, minimal):
    assert command("check", "--inputs", minimal).out == "baseline: the inputs are sound.\n"
    outcome = command("check", "--inputs", broken(minimal, here))
    assert outcome.code == 2
    assert "found 'much'" in outcome.err


def test_infeasible_names_what_conflicts(command, here, several):
    """Code 3: north's quota would be 0.1 - 0.3 = -0.2, which the row and two bounds cannot meet."""
    outcome = command("run", "blocked", "--inputs", several)
    assert outcome.code == 3
    assert "cannot hold together" in outcome.err
    assert "quota_balance[north,2025] = -0.2 - A region's quota is" in outcome.err
    assert "bound of quota_stock[north,2025]: ≥ 0" in outcome.err
    assert "capacity_balance" not in outcome.err, "the conflict is irreducible"
    assert outcome.out == ""
    assert files(here) == [
        f"results/blocked/{name}" for name in ("diagnosis.json", "diagnosis.txt", "run.json")
    ]
    assert (here / "results/blocked/diagnosis.txt").read_text(encoding="utf-8") == outcome.err


@pytest.mark.parametrize("arguments", [("retrofit",), ("curve", "abatement"), ("curve", "quota")])
@pytest.mark.parametrize("options", [(), ("--json",), ("--quiet",)])
def test_investments_and_curves_diagnose_too(command, here, several, arguments, options):
    before = files(here)
    outcome = command(*arguments, "blocked", "--inputs", several, *options)
    assert outcome.code == 3
    assert "cannot hold together" in outcome.err
    assert "quota_balance[north,2025]" in outcome.err
    assert outcome.out == ""
    assert files(here) == before


@pytest.mark.parametrize("limit", ["0", "1e-9"])
def test_time_limit_stops_the_solver(command, here, minimal, limit):
    """Code 4, and no result: at most run.json, which says how it ended."""
    outcome = command("run", "--inputs", minimal, "--time-limit", limit)
    assert outcome.code == 4
    assert "Time limit reached" in outcome.err
    assert outcome.out == ""
    assert set(files(here)) <= {"results/baseline/run.json"}


def test_a_stopped_run_leaves_earlier_results_whole(command, here, minimal):
    assert command("run", "--inputs", minimal, "--quiet").code == 0
    before = {name: (here / name).read_bytes() for name in files(here)}
    assert command("run", "--inputs", minimal, "--time-limit", 0).code == 4
    assert {name: (here / name).read_bytes() for name in files(here)} == before


def test_a_failed_check_fails_the_run(command, here, minimal, monkeypatch):
    """Code 4 with the checks that failed; with a tolerance below nil all of them do."""
    monkeypatch.setattr(import_module("alopt.results.checks"), "TOLERANCE", -1.0)
    outcome = command("run", "--inputs", minimal)
    assert outcome.code == 4
    assert "cost table = objective: relative error" in outcome.err
    assert set(files(here)) <= {"results/baseline/run.json"}


def test_interrupt(command, here, minimal, monkeypatch):
    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Solver, "solve", stop)
    outcome = command("run", "--inputs", minimal)
    assert outcome.code == 4
    assert "Interrupted" in outcome.err
    assert files(here) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["walk"],
        ["run", "nosuch"],
        ["run", "no/such.yaml"],
        ["run", "../baseline"],
        ["run", "--resolution", "county"],
        ["run", "--workers", "0"],
        ["run", "--workers", "many"],
        ["run", "--time-limit", "-1"],
        ["run", "--time-limit", "nan"],
        ["run", "--time-limit", "inf"],
        ["run", "--write-model", "model.txt"],
        ["run", "baseline", "baseline", "--write-model", "model.mps"],
        ["run", "--set", "discount_rate"],
        ["run", "--set", "=5"],
        ["run", "--set", "years=["],
        ["run", "--set", "years=2025"],
        ["run", "--set", "years=[]"],
        ["run", "--set", "rate=0.05"],
        ["run", "--set", "discount_rate=.nan"],
        ["run", "--set", "name=[a]"],
        ["run", "--set", "policies=5"],
        ["run", "--set", "policies.capacity_cap=5"],
        ["run", "--set", "policies.capacity_cap.cap_mt_per_a.2025.x=5"],
        ["run", "--set", "policies.subsidy.rate=5"],
        ["run", "--set", "overrides=[{table: fleet}]"],
        ["run", "--set", "discount_rate.high=5"],
        ["check", "nosuch"],
        ["check", "--set", "slices=hours"],
        ["init"],
    ],
    ids=" ".join,
)
def test_wrong_usage(command, here, minimal, arguments):
    """Code 2, a word on what is wrong, nothing written."""
    inputs = ["--inputs", minimal] if arguments and arguments[0] in {"run", "check"} else []
    outcome = command(*arguments, *inputs)
    assert outcome.code == 2
    assert outcome.err or "usage" in outcome.out
    assert files(here) == []


@pytest.mark.parametrize("inputs", ["nowhere", "file"])
def test_inputs_that_are_no_folder(command, here, inputs):
    (here / "file").write_text("text", encoding="utf-8")
    outcome = command("run", "--inputs", inputs)
    assert outcome.code == 2
    assert "datapackage.json" in outcome.err
    assert files(here) == ["file"]


@pytest.mark.parametrize("name", ["scenario.yaml", "notes"])
def test_results_never_replace_what_is_no_run(command, here, minimal, name):
    """`--out` names a file, or a folder with files of the user's: both stay as they are."""
    (here / "notes").mkdir()
    (here / "notes" / "thoughts.txt").write_text("mine", encoding="utf-8")
    (here / "scenario.yaml").write_text("mine", encoding="utf-8")
    outcome = command("run", "--inputs", minimal, "--out", name)
    assert outcome.code in {2, 4}
    assert "name another with --out" in outcome.err
    assert files(here) == ["notes/thoughts.txt", "scenario.yaml"]
    assert (here / "scenario.yaml").read_text(encoding="utf-8") == "mine"


def test_a_model_that_cannot_be_written(command, here, minimal):
    outcome = command("run", "--inputs", minimal, "--write-model", here / "no" / "model.mps")
    assert outcome.code == 2
    assert "model.mps" in outcome.err
    assert set(files(here)) <= {"results/baseline/run.json"}


def test_a_country_without_smelters_yet_is_no_fault(command, here, minimal):
    """A fleet of nil has no electricity intensity; the run says nothing of it and is sound."""
    folder = here / "inputs"
    shutil.copytree(minimal, folder)
    fleet = folder / "tables" / "fleet.csv"
    fleet.write_text(fleet.read_text(encoding="utf-8").replace("0.6", "0"), encoding="utf-8")
    outcome = command("run", "--inputs", folder, "--out", "out")
    assert outcome.code == 0
    assert "0.00 Mt/a net of double counts; metal supply" in outcome.out


MODEL = "--write-model takes one scenario and a file that ends in .mps or .lp"

#: arguments, and what is said
USAGE = {
    "no such folder for the model": (["--write-model", "no/m.mps"], "there is no such folder; make it first"),
    "model of another kind": (["--write-model", "m.txt"], MODEL),
    "two models": (
        ["a", "b", "--write-model", "m.mps"],
        MODEL,
    ),
    "one folder twice": (["a.yaml", "b/a.yaml"], "Two scenarios would write the same folder"),
    "no workers": (["--workers", "0"], "--workers takes a whole number of 1 or more"),
    "endless": (["--time-limit", "inf"], "--time-limit takes seconds, 0 or more"),
}


@pytest.mark.parametrize(("arguments", "said"), USAGE.values(), ids=USAGE)
def test_wrong_usage_is_named(command, here, minimal, arguments, said):
    outcome = command("run", *arguments, "--inputs", minimal)
    assert outcome.code == 2
    assert said in outcome.err
    assert files(here) == []


def test_init_says_what_is_in_the_way(command, here):
    (here / "full").mkdir()
    (here / "full" / "x").write_text("mine", encoding="utf-8")
    (here / "file").write_text("mine", encoding="utf-8")
    for folder, said in (
        ("full", "full is not empty; name a new folder."),
        ("file", "file is not empty; name a new folder."),
        ("file/new", "file/new cannot be written: file is a file. Name a new folder."),
    ):
        outcome = command("init", folder)
        assert outcome.code == 2
        assert said in outcome.err
    assert files(here) == ["file", "full/x"]
