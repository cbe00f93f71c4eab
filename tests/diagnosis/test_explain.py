"""`alopt explain`: the optimum of a small world told by its duals, and the diagnosis where there is none."""

from __future__ import annotations

import json

import pytest
from worlds import plain_world

import alopt
from alopt.cli import main
from alopt.errors import UsageError
from alopt.results.explanation import bindings, explain, margin

from .planted import PLANTED


def scarce_world():
    """North at 3,900 CNY/t stands at 0.6 of a demand of 0.8; the south, at 5,200, sets the price.

    Quota of north is 0.6 and cannot grow. A tonne of north's output earns 5,200 - 3,900 = 1,300.
    """
    world = plain_world()
    world.quota(north=0.6, south=0.6)
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": 1.2}})
    return world


@pytest.fixture
def solution(tmp_path):
    return alopt.solve(alopt.build(scarce_world().data(tmp_path)))


@pytest.fixture
def inputs(tmp_path):
    return scarce_world().write(tmp_path / "inputs")


def test_the_nation(solution):
    text = "\n".join(explain(solution).lines)
    assert "Metal costs 5,200 CNY/t in 2025" in text
    assert "the last smelter's cost sets it" in text
    assert "from 0 to 1,300 CNY/t·a" in text


@pytest.mark.parametrize(
    ("parity", "told"),
    [
        (5230, "Quota is hardly scarce: one more t/a would save 30 CNY/t·a at most (in 2025)"),
        (5300, "Quota is scarce in 2025: the last t/a is worth, in CNY/t·a, 100 in 2025."),
    ],
)
def test_how_scarce_quota_is(tmp_path, parity, told):
    """Both make metal at 5,200 CNY/t; quota is 0.1 Mt/a short of demand, which imports serve."""
    world = scarce_world()
    world.power("north", 400)
    world.quota(north=0.35, south=0.35)
    world.scenario(policies={"capacity_cap": {"cap_mt_per_a": 0.7}})
    world.step("import_steps", "parity", parity, 1)
    text = "\n".join(explain(alopt.solve(alopt.build(world.data(tmp_path)))).lines)
    assert told in text


def test_margins_are_price_less_cost(solution):
    assert margin(solution, "north_smelter", "pot", 2025) == pytest.approx(1300)
    assert margin(solution, "south_smelter", "pot", 2025) == pytest.approx(0, abs=1e-6)


def test_a_region(solution):
    text = "\n".join(explain(solution, "North").lines)
    assert "North: 0.60 Mt/a at the start, 0.60 in 2025." in text
    assert "metal is worth 5,200 CNY/t" in text
    assert "power 300 CNY/MWh" in text
    assert "13.00 MWh" in text
    assert "keeps 1,300 CNY/t·a" in text
    assert "Metal 1,300 CNY/t cheaper would leave nothing" in text


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("capacity_cap", "capacity cap: "), ("pot", "pot stands at "), ("NORTH", "North: 0.60"),
        ("south_smelter", "South smelter: 0.60"), ("quota_use", "It states: Capacity that stands uses quota"),
        ("quota use", "It states:"), ("grid", "grid: "), ("south_ingot", "south ingot: "), ("port", "port: "),
    ],
)  # fmt: skip
def test_words_that_can_be_asked_about(solution, word, told):
    assert any(line.startswith(told) or told in line for line in explain(solution, word).lines)


def test_an_unknown_word(solution):
    with pytest.raises(UsageError, match="Did you mean north"):
        explain(solution, "nort")


def test_a_limit_that_binds_is_priced(tmp_path):
    """Imports of 0.1 at 4,000 are worth 5,200 - 4,000 = 1,200 CNY/t more; with demand of 0.8 all come."""
    world = scarce_world()
    world.step("import_steps", "contract", 4000, 0.1)
    solution = alopt.solve(alopt.build(world.data(tmp_path)))
    found = next(b for b in bindings(solution) if b.constraint == "import_step")
    assert found.prices[0][2] == pytest.approx(1200)
    assert found.worth == pytest.approx(1200 * 0.1 * solution.data.calendar.weight[2025])
    assert [b.worth for b in bindings(solution)] == sorted(
        (b.worth for b in bindings(solution)), reverse=True
    )


def test_a_step_taken_in_part_sets_the_price(tmp_path):
    world = scarce_world()
    world.step("import_steps", "parity", 4500, 1)
    solution = alopt.solve(alopt.build(world.data(tmp_path)))
    assert any(
        "set by imports at 4,500 CNY/t (parity), taken in part" in line for line in explain(solution).lines
    )


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr()


def test_the_command(inputs, capsys):
    code, printed = run(capsys, "explain", "baseline", "--inputs", inputs, "--about", "north")
    assert code == 0
    assert printed.out.startswith("baseline, about north: why the cheapest plan")
    code, printed = run(capsys, "explain", "--inputs", inputs, "--json")
    assert json.loads(printed.out)["status"] == "optimal"
    assert run(capsys, "explain", "--inputs", inputs, "--quiet")[1].out == ""
    code, printed = run(capsys, "explain", "--inputs", inputs, "--about", "moon")
    assert code == 2
    assert "there is no such region" in printed.err


def test_the_command_where_there_is_no_plan(tmp_path, capsys):
    """The diagnosis is the answer, so it goes to standard output; the code is 3."""
    case = PLANTED["decided moves against a bar on quota"]
    inputs = case.world().write(tmp_path / "inputs")
    code, printed = run(capsys, "explain", "--inputs", inputs)
    assert code == 3
    assert "North, 2025: the registered quota 0.1 Mt/a, 0.2 Mt/a short of" in printed.out
    code, printed = run(capsys, "explain", "--inputs", inputs, "--json")
    assert code == 3
    assert json.loads(printed.out)["drop_policies"] == ["capacity_cap", "capacity_replacement"]


def test_earlier_results_stay(tmp_path, capsys):
    """A diagnosis replaces an earlier diagnosis, never results."""
    case = PLANTED["decided moves against a bar on quota"]
    inputs, out = case.world().write(tmp_path / "inputs"), tmp_path / "out"
    options = ["run", "--inputs", inputs, "--out", out, "--quiet"]
    assert run(capsys, *options)[0] == 3
    assert run(capsys, *options)[0] == 3
    assert sorted(path.name for path in out.iterdir()) == ["diagnosis.json", "diagnosis.txt", "run.json"]
    assert run(capsys, *options, "--set", "policies={}")[0] == 0
    before = (out / "summary.json").read_bytes()
    assert run(capsys, *options)[0] == 3
    assert (out / "summary.json").read_bytes() == before
    assert not (out / "diagnosis.txt").exists()


def test_the_shipped_baseline(capsys):
    """Shandong's quota is cut to 0.5 and may not be bought; 0.74 leave: 0.24 Mt/a short."""
    override = "{table: quota, where: {region: shandong}, column: registered_mt_per_a, set: 0.5}"
    settings = [
        "--set",
        "policies.capacity_replacement.no_inflow=[shandong]",
        "--set",
        f"overrides=[{override}]",
    ]
    code, printed = run(capsys, "explain", *settings, "--json")
    assert code == 3
    told = json.loads(printed.out)
    assert "Shandong, 2025" in told["stories"][0]
    assert "0.24 Mt/a short" in told["stories"][0]
    registered = next(m for m in told["mends"] if "registered quota of Shandong" in m["text"])
    assert registered["changes"][0]["change"] == pytest.approx(0.24, abs=1e-6)
    assert registered["changes"][0]["then"] == pytest.approx(0.74, abs=1e-6)
    assert "capacity_replacement" in told["drop_policies"]
