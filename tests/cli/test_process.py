"""The command as a process of its own: `python -m alopt`, exit codes, what its import loads."""

import json
import subprocess
import sys

from worlds import files

import alopt

#: What makes a start slow, and is loaded only when it is needed.
HEAVY = {"highspy", "numpy", "pandas", "pyomo", "rich", "scipy", "yaml"}


def python(*arguments, cwd):
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def test_import_of_the_command_loads_nothing_heavy(tmp_path):
    """Of alopt itself the command, the errors and nothing else; of others only the standard library."""
    code = "import alopt.cli, json, sys; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(python("-c", code, cwd=tmp_path).stdout)
    assert not HEAVY & {name.partition(".")[0] for name in loaded}
    assert [name for name in loaded if name.partition(".")[0] == "alopt"] == [
        "alopt",
        "alopt.cli",
        "alopt.errors",
    ]


def test_checking_inputs_loads_no_solver_and_no_tables(tmp_path, minimal):
    code = (
        "import sys; from alopt.cli import main; "
        f"assert main(['check', '--inputs', {str(minimal)!r}, '--quiet']) == 0; "
        "print({'highspy', 'pandas', 'rich'} & set(sys.modules))"
    )
    assert python("-c", code, cwd=tmp_path).stdout.strip() == "set()"


def test_run_loads_no_pandas_unless_a_frame_is_asked_for(tmp_path, minimal):
    code = (
        "import sys; from alopt.cli import main; "
        f"assert main(['run', '--inputs', {str(minimal)!r}, '--quiet']) == 0; "
        "print({'pandas', 'rich'} & set(sys.modules))"
    )
    assert python("-c", code, cwd=tmp_path).stdout.strip() == "set()"


def test_python_m_alopt(tmp_path, minimal):
    version = python("-m", "alopt", "--version", cwd=tmp_path)
    assert version.stdout == f"alopt {alopt.__version__}\n"
    solved = python("-m", "alopt", "run", "--inputs", minimal, "--json", cwd=tmp_path)
    assert solved.returncode == 0
    assert json.loads(solved.stdout)["status"] == "optimal"
    wrong = python("-m", "alopt", "run", "nosuch", "--inputs", minimal, cwd=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert "no such scenario" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_workers_solve_a_batch_in_processes_of_their_own(tmp_path, several):
    """The same files, messages and exit code as one after the other."""
    done = {}
    for workers in ("1", "2"):
        arguments = ("--all", "--inputs", several, "--out", workers, "--workers", workers, "--quiet")
        outcome = python("-m", "alopt", "run", *arguments, cwd=tmp_path)
        tables = {name: (tmp_path / workers / name).read_bytes() for name in files(tmp_path / workers)}
        plain = {name: text for name, text in tables.items() if name.endswith(".csv")}
        done[workers] = (outcome.returncode, outcome.stdout, outcome.stderr, sorted(tables), plain)
    assert done["1"] == done["2"]
    assert done["2"][0] == 2
    assert {name.partition("/")[0] for name in done["2"][3]} == {"baseline", "blocked", "spare"}


def test_functions_stay_callable_whatever_is_imported_first(tmp_path, minimal):
    """`alopt.solve` is a function and a folder: importing the folder must not hide the function."""
    code = (
        "import alopt, alopt.run, alopt.init, alopt.solve.solution\n"
        "from alopt.solve import Solution\n"
        f"inputs = {str(minimal)!r}\n"
        "ran = alopt.run('baseline', inputs=inputs)\n"
        "solved = alopt.solve(alopt.build(alopt.load(inputs)))\n"
        "assert isinstance(solved, Solution)\n"
        "assert abs(solved.objective - ran.solution.objective) < 1e-9\n"
        "assert callable(alopt.init)\n"
    )
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
