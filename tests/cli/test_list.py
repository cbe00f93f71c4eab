"""`alopt list`: every scenario with its question, or those that hold a word."""

import json

import pytest

from alopt.cli import main
from alopt.data.scenario import scenario_names
from alopt.data.schema import default_inputs


def listed(capsys, *words: str) -> list[dict[str, str]]:
    assert main(["list", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_all_scenarios_are_named_with_their_questions(capsys):
    found = listed(capsys)
    assert sorted(one["scenario"] for one in found) == scenario_names(default_inputs())
    assert all(one["question"].endswith("?") for one in found)
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    assert all(one["scenario"] in shown for one in found)
    assert "What does a carbon price of 200" in shown


@pytest.mark.parametrize("word", ["drought", "DROUGHT"])
def test_a_word_chooses_scenarios_that_hold_it_and_not_their_theme(capsys, word):
    assert {one["scenario"] for one in listed(capsys, word)} == {
        "yunnan-drought",
        "yunnan-drought-once",
        "yunnan-drought-each-fourth-year",
    }


def test_scenarios_of_ones_own_stand_last(tmp_path, capsys):
    assert main(["init", str(tmp_path / "own"), "--minimal"]) == 0
    mine = tmp_path / "own" / "scenarios" / "mine.yaml"
    mine.write_text("{name: mine, extends: baseline, question: 'What if?'}", encoding="utf-8")
    capsys.readouterr()
    assert main(["list", "--inputs", str(tmp_path / "own")]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    named = [line for line in lines if line[:1] in (["baseline"], ["mine"])]
    assert [line[0] for line in named] == ["baseline", "mine"]
    assert named[-1] == ["mine", "What", "if?", "baseline"]


def test_wrong_usage(tmp_path, capsys):
    assert main(["list", "unobtainium"]) == 2
    assert (
        "No scenario holds the word unobtainium; alopt list without it names all." in capsys.readouterr().err
    )
    assert main(["list", "--inputs", str(tmp_path)]) == 2
    assert "There are no scenarios; name a folder made by `alopt init DIR`." in capsys.readouterr().err
    assert main(["init", str(tmp_path / "own"), "--minimal"]) == 0
    (tmp_path / "own" / "scenarios" / "bad.yaml").write_text("[", encoding="utf-8")
    capsys.readouterr()
    assert main(["list", "--inputs", str(tmp_path / "own")]) == 2
    assert "scenarios/bad.yaml" in capsys.readouterr().err
