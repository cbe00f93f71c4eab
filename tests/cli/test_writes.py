"""Results are written whole or not at all: killed, together, on a full disk, where nothing can be written."""

import errno
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from worlds import files

import alopt
from alopt import staging
from alopt.errors import SolveError, UsageError
from alopt.results.table import ResultTable

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a call of the Linux kernel")

#: Two runs, and processes that put one of them into a folder.
PREPARE = """
import json, os, signal, sys
import alopt
from alopt import staging
inputs, out, exchange = sys.argv[1], sys.argv[2], sys.argv[3]
if exchange == "renames":
    staging._exchange = lambda a, b: False
first = alopt.run("baseline", inputs=inputs)
second = alopt.run("baseline", inputs=inputs, settings={"discount_rate": 0.05})

def state():
    folder = os.path.join(out, "run")
    if not os.path.isdir(folder):
        return None
    found = {}
    for top, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(top, name), "rb") as file:
                found[os.path.relpath(os.path.join(top, name), folder)] = file.read()
    return found

def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child
"""

#: Kill the writing process at its n-th step in the folder, for every n; then look, and write again.
KILL = (
    PREPARE
    + """
events = ("open", "os.rename", "os.mkdir", "shutil.rmtree", "os.rmdir", "os.remove", "os.chmod",
          "ctypes.dlopen", "tempfile.mkdtemp")

def killed_at(n):
    def work():
        seen = 0
        def watch(event, arguments):
            nonlocal seen
            if event in events and (event == "ctypes.dlopen" or out in str(arguments)):
                seen += 1
                if seen == n:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(watch)
        second.write(os.path.join(out, "run"))
    _, status = os.waitpid(in_child(work), 0)
    return os.WIFSIGNALED(status)

first.write(os.path.join(out, "run"))
old = state()
second.write(os.path.join(out, "run"))
new = state()
report, n, killed = [], 0, True
while killed:
    n += 1
    first.write(os.path.join(out, "run"))
    tidy = os.listdir(out) == ["run"] and state() == old
    killed = killed_at(n)
    found = state()
    kind = {True: "half"} | {found == old: "old"} | {found == new: "new"}
    report.append({"killed": killed, "tidy": tidy, "found": "nothing" if found is None else kind[True]})
    if found is None:
        try:
            with staging.staged(staging.Path(out) / "run"):
                raise KeyError
        except KeyError:
            pass
        report[-1]["after"] = "old" if state() == old else "half"
print(json.dumps(report))
"""
)

#: Two processes write one folder over and over, while a third reads it.
TOGETHER = (
    PREPARE
    + """
first.write(os.path.join(out, "run"))
old = state()
second.write(os.path.join(out, "run"))
new = state()
def write(run):
    for _ in range(30):
        run.write(os.path.join(out, "run"))

writers = [in_child(lambda run=run: write(run)) for run in (first, second)]
absent, reads, alive = 0, 0, set(writers)
while alive:
    reads += 1
    absent += not os.path.exists(os.path.join(out, "run", "summary.json"))
    alive = {child for child in alive if os.waitpid(child, os.WNOHANG)[0] == 0}
print(json.dumps({"absent": absent, "reads": reads, "end": state() in (old, new), "left": os.listdir(out)}))
"""
)


def script(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("how", [pytest.param("exchange", marks=LINUX), "renames"])
def test_a_killed_run_leaves_the_old_results_or_the_new(here, minimal, how):
    """SIGKILL before each call that touches the folder; what it left is gone after the next run."""
    report = script(KILL, minimal, here, how)
    assert [step["killed"] for step in report] == [True] * (len(report) - 1) + [False]
    assert len(report) > 50
    assert all(step["tidy"] for step in report)
    found = [step["found"] for step in report]
    assert "half" not in found
    assert {"old", "new"} <= set(found)
    if how == "exchange":
        assert "nothing" not in found
    else:  # the moment between two renames: the next run puts the old results back
        assert [step["after"] for step in report if step["found"] == "nothing"] == ["old"]


@LINUX
def test_two_runs_to_one_folder_do_not_mix(here, minimal):
    report = script(TOGETHER, minimal, here, "exchange")
    assert report["reads"] > 100
    assert (report["absent"], report["end"], report["left"]) == (0, True, ["run"])


def test_two_commands_at_once_leave_one_whole_run(here, minimal):
    command = [sys.executable, "-m", "alopt", "run", "--inputs", minimal, "--out", "both", "--quiet"]
    rates = ("0.08", "0.05")
    started = [subprocess.Popen([*command, "--set", f"discount_rate={rate}"], cwd=here) for rate in rates]
    assert [process.wait(timeout=60) for process in started] == [0, 0]
    assert [path.name for path in here.iterdir()] == ["both"]
    rate = json.loads((here / "both" / "run.json").read_text(encoding="utf-8"))["scenario"]["discount_rate"]
    alopt.run(inputs=minimal, out="again", settings={"discount_rate": rate})
    for name in files(here / "again"):
        if name.endswith(".csv"):
            assert (here / "both" / name).read_bytes() == (here / "again" / name).read_bytes()


def test_a_folder_that_a_living_run_fills_is_left_alone(here, minimal):
    results = alopt.run(inputs=minimal)
    (here / ".run.abcdefgh.new").mkdir()
    (here / ".run.notes").mkdir()
    with staging.staged(Path("run")) as place:
        assert not (here / ".run.abcdefgh.new").exists(), "its process is gone"
        (place / "run.json").write_text("{}", encoding="utf-8")
        results.write("run")
        assert place.exists()
    assert files(here) == ["run/run.json"]
    assert (here / ".run.notes").exists()


# --- full and closed disks


@contextmanager
def mounted(folder, *options):
    """A small file system of its own, where this process may mount one."""
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", ",".join(options), "none", folder],
                                    capture_output=True, check=False)  # fmt: skip
    if not done or done.returncode:
        pytest.skip("this process may not mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(path):
    """Write into a file until the disk takes no more."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def test_a_full_disk(command, here, minimal):
    with mounted(here / "small", "size=32k") as small:
        outcome = command("run", "--inputs", minimal, "--out", small / "new" / "run")
        assert outcome.code == 4
        assert "The results could not be written to" in outcome.err
        assert "No space left on device" in outcome.err
        assert outcome.out == ""
        assert list(small.iterdir()) == []


def test_a_full_disk_leaves_the_old_results(command, here, minimal):
    with mounted(here / "small", "size=400k") as small:
        assert command("run", "--inputs", minimal, "--out", small / "run", "--quiet").code == 0
        before = {name: (small / name).read_bytes() for name in files(small)}
        (small / "ballast").write_bytes(b"x" * 80_000)
        fill(small / "more")
        assert command("run", "--inputs", minimal, "--out", small / "run").code == 4
        assert {n: (small / n).read_bytes() for n in files(small) if n.startswith("run/")} == before
        assert sorted(path.name for path in small.iterdir()) == ["ballast", "more", "run"]


def test_a_disk_that_takes_no_writes(command, here, minimal):
    with mounted(here / "closed", "ro") as closed:
        outcome = command("run", "--inputs", minimal, "--out", closed / "run")
        assert outcome.code == 4
        assert "Read-only file system" in outcome.err
        assert outcome.out == ""


def failing(number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize(
    ("owner", "name"),
    [(staging.tempfile, "mkdtemp"), (ResultTable, "write"), (Path, "rename"), (staging, "_swap")],
    ids=["folder", "table", "rename", "swap"],
)
@pytest.mark.parametrize("old", [False, True])
def test_what_the_system_refuses_is_said_plainly(
    command, here, minimal, monkeypatch, owner, name, number, old
):
    """Code 4, the reason in words, the old results as they were or nothing at all."""
    if old:
        assert command("run", "--inputs", minimal, "--out", "a/run", "--quiet").code == 0
        if owner is Path:
            monkeypatch.setattr(staging, "_exchange", lambda *_: False)
    before = {name: (here / name).read_bytes() for name in files(here)}
    monkeypatch.setattr(owner, name, failing(number))
    outcome = command("run", "--inputs", minimal, "--out", "a/run", "--write-model", "model.mps")
    assert outcome.code == 4
    assert os.strerror(number) in outcome.err
    assert outcome.out == ""
    assert {name: (here / name).read_bytes() for name in files(here)} == before
    assert [path.name for path in here.iterdir()] == (["a"] if old else [])
    assert not old or [path.name for path in (here / "a").iterdir()] == ["run"]


def test_a_second_rename_that_fails_puts_the_old_folder_back(here, monkeypatch):
    monkeypatch.setattr(staging, "_exchange", lambda *_: False)
    (here / "run").mkdir()
    (here / "run" / "run.json").write_text("old", encoding="utf-8")
    rename = Path.rename

    def fail_for_new(path, target):
        return failing(errno.EIO)() if path.suffix == ".new" else rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_for_new)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)), staging.staged(here / "run"):
        pass
    assert (here / "run" / "run.json").read_text(encoding="utf-8") == "old"
    assert [path.name for path in here.iterdir()] == ["run"]


def test_a_limit_on_the_size_of_files(here, minimal):
    """What a quota of the system looks like in a process of its own."""
    code = (
        "import resource, sys; from alopt.cli import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "
        f"sys.exit(main(['run', '--inputs', {str(minimal)!r}, '--out', 'run']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "could not be written to run: File too large." in done.stderr
    assert "Traceback" not in done.stderr
    assert list(here.iterdir()) == []


# --- what --out may name


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("file", "file is no folder"),
        ("link", "link is a symbolic link"),
        ("loop", "loop is a symbolic link"),
        ("file/run", "file is no folder"),
        (".", "holds the folder you stand in"),
        ("..", "holds the folder you stand in"),
        ("../here", "holds the folder you stand in"),
        ("notes", "holds files that are no run of alopt"),
        ("inputs", "lies in the inputs or holds them"),
        ("inputs/results", "lies in the inputs or holds them"),
        ("notes/../inputs/tables/run", "lies in the inputs or holds them"),
        ("linked/run", "lies in the inputs or holds them"),
        ("x" * 300, "cannot hold results: File name too long"),
        ("a\0b", "cannot hold results: embedded null byte"),
    ],
    ids=["file", "link", "loop", "in a file", "here", "above", "here again", "notes", "inputs", "in inputs",
         "in inputs by a detour", "in inputs by a link", "long", "nul"],
)  # fmt: skip
def test_an_out_that_cannot_be(command, here, minimal, out, said):
    """Code 2 before anything is solved; all stays as it was."""
    shutil.copytree(minimal, here / "inputs")
    (here / "notes").mkdir()
    (here / "notes" / "thoughts.txt").write_text("mine", encoding="utf-8")
    (here / "file").write_text("mine", encoding="utf-8")
    (here / "link").symlink_to("notes")
    (here / "loop").symlink_to("loop")
    (here / "linked").symlink_to("inputs")
    before = files(here)
    outcome = command("run", "--inputs", "inputs", "--out", out)
    assert outcome.code == 2
    assert said in outcome.err
    assert "--out" in outcome.err
    assert outcome.out == ""
    assert files(here) == before


def test_a_folder_set_read_only_is_not_replaced(command, here, minimal, monkeypatch):
    """A swap would do it where the folder above takes writes; who runs as root may write all the same."""
    assert command("run", "--inputs", minimal, "--out", "run", "--quiet").code == 0
    before = {name: (here / name).read_bytes() for name in files(here)}
    (here / "run").chmod(0o555)
    access = os.access

    def as_another(path, mode):
        return access(path, mode) and bool(Path(path).stat().st_mode & 0o200)

    monkeypatch.setattr(os, "access", as_another)
    outcome = command("run", "--inputs", minimal, "--out", "run")
    (here / "run").chmod(0o755)
    assert outcome.code == 2
    assert "run is read-only; name another with --out." in outcome.err
    assert outcome.out == ""
    assert {name: (here / name).read_bytes() for name in files(here)} == before
    assert [path.name for path in here.iterdir()] == ["run"]


def test_inputs_within_the_results_are_not_lost(command, here, minimal):
    assert command("run", "--inputs", minimal, "--out", "run", "--quiet").code == 0
    shutil.copytree(minimal, here / "run" / "mine")
    outcome = command("run", "--inputs", "run/mine", "--out", "run")
    assert outcome.code == 2
    assert "lies in the inputs or holds them" in outcome.err
    assert (here / "run" / "mine" / "datapackage.json").exists()


def test_a_detour_to_a_sound_folder_is_taken(command, here, minimal):
    (here / "a").mkdir()
    assert command("run", "--inputs", minimal, "--out", "a/../b/run", "--quiet").code in {0, 4}
    (here / "b").mkdir(exist_ok=True)
    assert command("run", "--inputs", minimal, "--out", "a/../b/run", "--quiet").code == 0
    assert (here / "b" / "run" / "summary.json").exists()


# --- the program's file


def test_a_program_within_the_results_is_refused(command, minimal):
    assert command("run", "--inputs", minimal, "--out", "run", "--quiet").code == 0
    outcome = command("run", "--inputs", minimal, "--out", "run", "--write-model", "run/model.mps")
    assert outcome.code == 2
    assert "run/model.mps lies in the folder of the results; name another file." in outcome.err


def test_a_failed_run_writes_no_program(command, here, minimal, monkeypatch):
    monkeypatch.setattr("alopt.results.checks.TOLERANCE", -1.0)
    assert command("run", "--inputs", minimal, "--write-model", "model.mps").code == 4
    assert files(here) == ["results/baseline/run.json"]


def test_a_program_that_cannot_be_written_leaves_no_results(command, here, minimal):
    (here / "model.mps").mkdir()
    outcome = command("run", "--inputs", minimal, "--write-model", "model.mps")
    assert outcome.code == 4
    assert "The model could not be written to model.mps: Is a directory." in outcome.err
    assert list((here / "model.mps").iterdir()) == []


def test_python_says_it_too(here, minimal):
    (here / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="file is no folder"):
        alopt.run(inputs=minimal, out="file")
    with pytest.raises(SolveError, match="could not be written"):
        alopt.run(inputs=minimal, write_model="no/such/model.mps")
