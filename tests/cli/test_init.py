"""`alopt init`: the shipped inputs, or the smallest legal set, copied out to edit."""

import filecmp

import pytest
from worlds import files

from alopt.data import default_inputs


def test_copies_the_shipped_inputs(command, here):
    outcome = command("init", "mine")
    assert outcome.code == 0
    assert "alopt run --inputs mine" in outcome.out
    shipped = [name for name in files(default_inputs()) if not name.startswith("minimal/")]
    assert files(here / "mine") == shipped
    _, different, unread = filecmp.cmpfiles(default_inputs(), here / "mine", shipped, shallow=False)
    assert not different
    assert not unread
    assert command("check", "--all", "--inputs", "mine", "--quiet").code == 0


def test_minimal_runs(command, here):
    """Two regions, one cell, one market, and no table that may be left out."""
    assert command("init", "small", "--minimal").code == 0
    copied = {"README.md", "datapackage.json", "sources.csv", "scenarios/baseline.yaml"}
    assert copied <= set(files(here / "small"))
    assert command("run", "--inputs", "small", "--quiet").code == 0


def test_minimal_is_minimal(command, here):
    """Each of its tables is needed: without any one of them the inputs are no longer legal."""
    command("init", "small", "--minimal")
    for path in sorted((here / "small" / "tables").glob("*.csv")):
        text = path.read_bytes()
        path.unlink()
        assert command("check", "--inputs", "small").code == 2, path.name
        path.write_bytes(text)


@pytest.mark.parametrize("extra", [[], ["--minimal"]])
def test_never_overwrites(command, here, extra):
    (here / "mine").mkdir()
    (here / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    outcome = command("init", "mine", *extra)
    assert outcome.code == 2
    assert "not empty" in outcome.err
    assert files(here) == ["mine/notes.txt"]


def test_into_an_empty_folder(command, here):
    (here / "mine").mkdir()
    assert command("init", "mine", "--minimal").code == 0
