"""Commands on bad input: exit 2, every problem on standard error, no traceback, nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from editable_inputs import EditableInputs

from alopt.cli import main

Spoil = Callable[[EditableInputs], object]
NORTH = {"site": "north_smelter"}

SPOILS: dict[str, tuple[Spoil, list[str]]] = {
    "missing table": (
        lambda inputs: inputs.path("sites").unlink(),
        ["1 problem in the inputs:", "  - tables/sites.csv: the table is missing. Add it with the columns "],
    ),
    "text in a number": (
        lambda inputs: inputs.change("fleet", NORTH, capacity_mt_per_a="lots"),
        [
            "  - tables/fleet.csv, row 2, column capacity_mt_per_a: is no number (found 'lots').",
            "Write a plain number in Mt/a, with a point for decimals.",
        ],
    ),
    "unknown region": (
        lambda inputs: inputs.change("sites", NORTH, region="atlantis"),
        ["  - tables/sites.csv, row 2, column region: no such region in tables/regions.csv (found 'atl"],
    ),
    "totals": (
        lambda inputs: inputs.add("control_totals", fleet="today", province="national", capacity_mt_per_a=1),
        ["3 problems in the inputs:", "North has smelters of 0.6 Mt/a but no control total"],
    ),
    "scenario key": (
        lambda inputs: inputs.scenario(discountrate=0.05),
        ["  - scenarios/baseline.yaml, row 6, column discountrate: no such scenario key. Did you mean "],
    ),
    "override": (
        lambda inputs: inputs.override(table="fleet", where={"site": "x"}, column="capacity_mt_per_a", set=1),
        ["scenarios/baseline.yaml, row 14, column overrides[0]: matches no row of fleet (found \"{'site"],
    ),
    "policy": (
        lambda inputs: inputs.scenario(policies={"capacity_replacement": {"ratio": 1.0}}),
        ["column policies.capacity_replacement.ratio: replacement has no meaning without a cap."],
    ),
    "three at once": (
        lambda inputs: (
            inputs.path("demand").unlink(),
            inputs.change("fleet", NORTH, capacity_mt_per_a="-1"),
            inputs.change("regions", {"region": "north"}, name=""),
        ),
        [
            "3 problems in the inputs:",
            "tables/demand.csv: the table is missing",
            "fleet.csv, row 2, column capacity_mt_per_a: is below 0 Mt/a (found '-1'). Give 0 or more.",
            "tables/regions.csv, row 2, column name: a value is required (found '').",
        ],
    ),
}


def everything_under(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize(("spoil", "lines"), SPOILS.values(), ids=SPOILS)
@pytest.mark.parametrize("command", ["run", "check"])
def test_bad_input_ends_with_two_and_writes_nothing(
    inputs: EditableInputs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    spoil: Spoil,
    lines: list[str],
):
    spoil(inputs)
    monkeypatch.chdir(tmp_path)
    before = everything_under(tmp_path)
    more = ["--out", "out", "--write-model", "program.mps"] if command == "run" else []
    assert main([command, "--inputs", str(inputs.folder), *more]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    for line in lines:
        assert line in told.err
    assert everything_under(tmp_path) == before


def test_no_results_folder_appears_without_a_name_for_it_either(
    inputs: EditableInputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    inputs.change("fleet", NORTH, capacity_mt_per_a="lots")
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--inputs", str(inputs.folder), "--quiet"]) == 2
    assert not (tmp_path / "results").exists()


def test_json_names_every_problem(inputs: EditableInputs, capsys: pytest.CaptureFixture[str]):
    inputs.change("fleet", NORTH, capacity_mt_per_a="lots", double_counted_mt_per_a="many")
    assert main(["check", "--json", "--inputs", str(inputs.folder)]) == 2
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["scenario"], report["ok"], len(report["problems"])) == ("baseline", False, 2)


def test_one_bad_scenario_of_a_batch_spoils_the_batch_not_the_others(
    inputs: EditableInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (inputs.folder / "scenarios" / "bad.yaml").write_text(
        "extends: baseline\nyeers: [2025]\n", encoding="utf-8"
    )
    out = tmp_path / "out"
    assert main(["run", "--all", "--inputs", str(inputs.folder), "--out", str(out), "--quiet"]) == 2
    assert [path.name for path in out.iterdir()] == ["baseline"]
    assert "bad: 1 problem in the inputs:" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_folder_without_scenarios(inputs: EditableInputs, command: str, capsys: pytest.CaptureFixture[str]):
    for path in (inputs.folder / "scenarios").iterdir():
        path.unlink()
    assert main([command, "--all", "--inputs", str(inputs.folder)]) == 2
    assert "There are no scenarios" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("discount_rate", "--set: is no KEY=VALUE (found 'discount_rate')"),
        ("=8", "--set: is no KEY=VALUE (found '=8')"),
        (
            "years=[2025",
            "--set, column years: is no valid YAML: expected ',' or ']', but got '<stream end>' ",
        ),
        (
            "discount_rate=8",
            "column discount_rate: must be a rate from 0 to 0.5 (found '8'). Write 0.08 for 8 %.",
        ),
        ("discountrate=8", "--set, column discountrate: no such scenario key. Did you mean discount_rate?"),
        ("policies.carbon_price.price=8", "column policies.carbon_price.price: no such field."),
    ],
)
def test_a_bad_setting(inputs: EditableInputs, capsys: pytest.CaptureFixture[str], pair: str, told: str):
    assert main(["check", "--inputs", str(inputs.folder), "--set", pair]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_a_folder_that_holds_no_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str):
    assert main(["run", "--inputs", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
    assert "datapackage.json: cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
