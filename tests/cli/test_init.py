"""`alopt init`: the shipped inputs, or the smallest legal set, copied out to edit."""

import errno
import filecmp
import os
import shutil
import signal
import subprocess
import sys

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


def test_a_file_above_the_folder(command, here):
    (here / "notes.txt").write_text("mine", encoding="utf-8")
    outcome = command("init", "notes.txt/mine")
    assert outcome.code == 2
    assert "notes.txt/mine cannot be written: notes.txt is a file. Name a new folder." in outcome.err
    assert files(here) == ["notes.txt"]


def at_the_fifth(act):
    """Copy four files, and then act."""
    copy, done = shutil.copyfile, []

    def copyfile(source, target):
        done.append(target)
        return act() if len(done) == 5 else copy(source, target)

    return copyfile


@pytest.mark.parametrize("extra", [[], ["--minimal"]])
@pytest.mark.parametrize("standing", [False, True])
def test_a_full_disk_leaves_nothing(command, here, monkeypatch, extra, standing):
    """The reason in words, and no inputs that are half there."""
    if standing:
        (here / "mine").mkdir()

    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", at_the_fifth(full))
    outcome = command("init", "mine" if standing else "new/mine", *extra)
    assert outcome.code == 2
    assert "mine cannot be written: No space left on device." in outcome.err
    assert [path.name for path in here.rglob("*")] == (["mine"] if standing else [])


def test_a_killed_copy_leaves_no_half_set(command, here):
    """What it leaves is hidden, and the next copy to that folder removes it."""
    code = (
        "import os, shutil, signal, sys; from alopt.cli import main; done = []; copy = shutil.copyfile\n"
        "def copyfile(a, b):\n"
        "    done.append(a)\n"
        "    return os.kill(os.getpid(), signal.SIGKILL) if len(done) == 5 else copy(a, b)\n"
        "shutil.copyfile = copyfile\n"
        "main(['init', 'mine', '--minimal'])"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=here, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert not (here / "mine").exists()
    assert len(list(here.iterdir())) == 1
    assert command("init", "mine", "--minimal").code == 0
    assert [path.name for path in here.iterdir()] == ["mine"]


def test_into_the_empty_folder_one_stands_in(command, here):
    assert command("init", ".", "--minimal").code == 0
    assert command("check", "--inputs", ".", "--quiet").code == 0
    assert [path for path in here.iterdir() if path.name.startswith(".")] == []
