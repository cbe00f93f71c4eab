"""Spoiling inputs at random: what a hurried hand, a spreadsheet or a hostile file may bring.

A :class:`Case` holds the files of a folder of inputs in memory, the arguments of one command,
and what stands in the folder besides plain files (pipes, links, folders). Each spoiler changes
it by draws of hypothesis. :func:`judge` runs the command and says whether it kept its promise:
a correct run, or errors that name file and mend; never a traceback, a hang or half a result.
"""

from __future__ import annotations

import csv
import gc
import io
import json
import math
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

import alopt
from alopt.cli import main
from alopt.data import default_inputs
from alopt.errors import InputError

#: A command that takes longer than this hangs.
MOST_SECONDS = 20.0

SCENARIO = "scenarios/baseline.yaml"
Draw = Callable[[Any], Any]


class HangError(BaseException):
    """The command took too long; no handler of the package's may swallow it."""


@dataclass
class Case:
    """One folder of inputs and one command on it."""

    files: dict[str, bytes]
    scenario: str = "baseline"
    settings: list[str] = field(default_factory=list)
    out: str = "out"
    special: list[tuple[str, str]] = field(default_factory=list)

    def tables(self) -> list[str]:
        """Paths of the tables."""
        return sorted(name for name in self.files if name.endswith(".csv"))

    def rows(self, name: str) -> list[list[str]]:
        """Cells of a table, header first; none where the text is no longer a table."""
        try:
            return list(csv.reader(io.StringIO(self.files[name].decode("utf-8-sig"))))
        except (UnicodeDecodeError, csv.Error):
            return []

    def write_rows(self, name: str, rows: list[list[str]]) -> None:
        """Replace a table."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.files[name] = text.getvalue().encode("utf-8", "surrogatepass")

    def content(self) -> dict[str, Any]:
        """Return the baseline's keys; nothing where it is no longer a scenario."""
        try:
            found = yaml.safe_load(self.files[SCENARIO])
        except (yaml.YAMLError, ValueError, KeyError, IndexError, AttributeError, TypeError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_content(self, content: dict[Any, Any]) -> None:
        """Replace the baseline."""
        self.files[SCENARIO] = yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "surrogatepass")

    def write(self, folder: Path) -> None:
        """Put the inputs into a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for kind, name in self.special:
            _SPECIAL[kind](folder / name, folder)

    @classmethod
    def minimal(cls) -> Case:
        """Return the smallest legal inputs."""
        files = _read(default_inputs() / "minimal")
        return cls({**files, "datapackage.json": (default_inputs() / "datapackage.json").read_bytes()})

    @classmethod
    def shipped(cls) -> Case:
        """Return the inputs that ship."""
        files = _read(default_inputs())
        return cls({name: text for name, text in files.items() if not name.startswith("minimal/")})


@lru_cache(maxsize=2)
def _read(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)


def _pipe(path: Path, _: Path) -> None:
    _clear(path)
    os.mkfifo(path)


def _folder(path: Path, _: Path) -> None:
    _clear(path)
    path.mkdir()


def _loop(path: Path, _: Path) -> None:
    _clear(path)
    path.symlink_to(path.name)


def _nowhere(path: Path, _: Path) -> None:
    _clear(path)
    path.symlink_to("/nowhere/at/all")


def _device(path: Path, _: Path) -> None:
    _clear(path)
    path.symlink_to("/dev/zero")


def _outside(path: Path, folder: Path) -> None:
    """Move the file out of the inputs and leave a link in its place: legal."""
    if path.is_file():
        target = folder.parent / f"outside_{path.name}"
        shutil.move(path, target)
        path.symlink_to(target)


_SPECIAL = {
    "pipe": _pipe, "folder": _folder, "loop": _loop, "nowhere": _nowhere, "device": _device,
    "outside": _outside,
}  # fmt: skip


# ruff: noqa: E501 - lists of junk read best in long lines

# --- what is written into cells, headers and keys

CELLS = (
    "", " ", "\t", "　", "lots", "-", "0", "-0", "+1", "1", "-1", "0.5", "2", "1e-320", "1e999", "-1e999",
    "1e308", "1e12", "1e8", "1e-12", "nan", "NaN", "inf", "-inf", "Infinity", "1_000", "1,000", "1.000,5",
    "0,6", "50%", "0x10", "1e", "1.", ".5", "--1", "6" * 400, "0." + "3" * 50, "1" + "0" * 30, "１２", "٣",
    "2025-01-01", "2025/1/1", "Jan-25", "1:30", "true", "TRUE", "True", "yes", "否", "null", "None", "#N/A",
    "#REF!", "=1+1", "=cmd|' /C calc'!A0", "a\x00b", "a\nb", "a\rb", "\x1b[31m", "\ufeff", "\u202e", '"', "'",
    '""', ";", "a;b", ";;;", "1;2;3", "13", "../../etc/passwd", "/etc/passwd", "north", "{}", "[1]", "&a *a",
    "é", "电解铝", "\U0001f600", "x" * 4096, "x" * 4097, "today", "any", "captive", "year", "existing",
)  # fmt: skip

HEADERS = (
    "", " ", "value ", "Value", "VALUE", "\ufeffvalue", "note", "source", "low", "x" * 5000, "a\nb", "\x1b[2J",
    "值", "0", "note.1", "Unnamed: 0",
)  # fmt: skip

_NUMBERS = st.one_of(
    st.sampled_from(
        ["0", "1", "1e-9", "1e-6", "0.001", "0.1", "0.999", "2", "10", "100", "5000", "1e5", "1e6"]
    ),
    st.floats(0, 1e4).map(repr),
    st.integers(1900, 2200).map(str),
)

KEY_TEXTS = (
    "", "null", "~", "''", "x", "5", "-1", "0", "0.08", ".nan", ".inf", "-.inf", "1e999", "9" * 400,
    "0x" + "f" * 5000, "1:30", "190:20:30", "0o17", "0b1", "1_000", "yes", "no", "true", "2025-01-01",
    "2025-13-45", "[]", "{}", "[1, 2]", "[2025]", "[2025, 2025]", "[2030, 2025]", "[2025, 2030, 2060]",
    "[2025, 1000000]", "[2025.5]", "[true]", "[yes]", "['2025']", "{2025: 1}", "{1: {2: 3}}", "{a: {b: c}}",
    "{capacity_cap: null}", "{capacity_cap: {cap_mt_per_a: 5}}", "[[[[1]]]]", "[null]", "[{}]", "x: y",
    "!!python/object/apply:os.getcwd []", "!!python/name:os.system", "!secret x", "!!binary aGk=", "!!bool maybe",
    "!!int ''", "!!timestamp abc", "!!set {a, b}", "!!map [a]", "!!omap [a: 1]", "!!str 5", "!!float x",
    "&a [*a]", "*nowhere", "&a x", "<<", "{<<: {a: b}}", "{<<: 5}", "=", "|\n  text", ">-\n  text", "\t- x",
    "'a\tb'", '"\\ud800"', '"\\0"', '"\\e[31m"', '"a\\nb"', "@x", "`x`", "%x", "? [a]\n: b", "--- x", "...",
    "电解铝", "../baseline", "/etc/passwd", "a/b", "baseline", "smelter", "province", "one", "wet-dry", "perfect",
    "central", "today", "'2024'", "frozen", "AR6", "example", "[" * 400 + "]" * 400, "'" + "x" * 20_000 + "'",
)  # fmt: skip

_SCALARS = st.one_of(
    st.sampled_from([
        None, True, False, "", " ", "x", 0, 1, -1, 2, 0.5, 1.5, -0.0, 1e-300, 1e300, 10**30, 10**400,
        float("nan"), float("inf"), -float("inf"), "1", "1e3", "any", "all", "north", "south", "direct", "industry",
        "smelter_scope_1_2", [], {}, [1], ["north"], ["north", "north"], [["north"]], {"a": 1}, {2025: 1}, {2025: 0},
        {2024: 5, 2025: 1}, {2060: 1}, {"2025": 1}, {2025: "x"}, {True: 1}, {2025: None}, {2025: 10**400}, "\ud800",
        "a\x00b", "a\nb", "example", "existing", "newcomer", "assumed", "reported",
    ]),
    st.floats(), st.integers(-5, 3000), st.text(max_size=5),
)  # fmt: skip

QUOTA = (
    b"fleet,region,registered_mt_per_a,low,high,source,basis,note\n"
    b"today,north,0.6,0.6,0.6,example,assumed,\ntoday,south,0.3,0.3,0.3,example,assumed,\n"
)

POLICIES = {
    "capacity_cap": ["cap_mt_per_a"],
    "capacity_replacement": ["ratio", "ratios", "no_inflow", "no_outflow", "no_reuse"],
    "carbon_price": ["price_cny_per_t", "scope", "benchmark_t_per_t"],
    "emission_cap": ["limit_mt", "budget_mt", "boundary"],
    "wishes": ["x"],
    "_fields": ["x"],
    "../cli": ["x"],
}


# --- spoilers of tables


def _pick_table(case: Case, draw: Draw) -> tuple[str, list[list[str]]]:
    name = draw(st.sampled_from(case.tables()))
    return name, case.rows(name)


def cell(case: Case, draw: Draw) -> None:
    """Write junk into a cell."""
    name, rows = _pick_table(case, draw)
    if len(rows) > 1 and rows[0]:
        row = rows[draw(st.integers(1, len(rows) - 1))]
        if row:
            text = draw(st.one_of(st.sampled_from(CELLS), st.text(max_size=6)))
            row[draw(st.integers(0, len(row) - 1))] = text
            case.write_rows(name, rows)


def number(case: Case, draw: Draw) -> None:
    """Write another number into a value and its range, or into any other column of numbers."""
    name, rows = _pick_table(case, draw)
    if len(rows) < 2:
        return
    row = rows[draw(st.integers(1, len(rows) - 1))]
    places = [i for i, text in enumerate(row) if text[:1].isdigit()]
    if places and len(row) == len(rows[0]):
        place, text = draw(st.sampled_from(places)), draw(_NUMBERS)
        low = rows[0].index("low") if "low" in rows[0] else None
        if low is not None and place in {low - 1, low, low + 1}:
            row[low - 1 : low + 2] = [text] * 3
        else:
            row[place] = text
        case.write_rows(name, rows)


def swap(case: Case, draw: Draw) -> None:
    """Write the text of one cell over another of the same column, or of any."""
    name, rows = _pick_table(case, draw)
    if len(rows) > 2:
        a, b = (rows[draw(st.integers(1, len(rows) - 1))] for _ in range(2))
        if a and b:
            place = draw(st.integers(0, min(len(a), len(b)) - 1))
            other = place if draw(st.booleans()) else draw(st.integers(0, len(b) - 1))
            a[place] = b[other]
            case.write_rows(name, rows)


def row(case: Case, draw: Draw) -> None:
    """Drop, double or cut rows."""
    name, rows = _pick_table(case, draw)
    if len(rows) > 1:
        place = draw(st.integers(0, len(rows) - 1))
        deed = draw(st.sampled_from(["drop", "double", "all", "cut", "longer", "blank"]))
        if deed == "drop":
            del rows[place]
        elif deed == "double":
            rows.append(list(rows[place]))
        elif deed == "all":
            rows = rows[:1]
        elif deed == "cut":
            rows[place] = rows[place][:-1]
        elif deed == "longer":
            rows[place] = [*rows[place], draw(st.sampled_from(["", "x", "1"]))]
        else:
            rows[place] = [""] * len(rows[place])
        case.write_rows(name, rows)


def header(case: Case, draw: Draw) -> None:
    """Rename, double, drop or add a column."""
    name, rows = _pick_table(case, draw)
    if not rows or not rows[0]:
        return
    place = draw(st.integers(0, len(rows[0]) - 1))
    deed = draw(st.sampled_from(["rename", "double", "drop", "add"]))
    if deed == "rename":
        rows[0][place] = draw(st.one_of(st.sampled_from(HEADERS), st.text(max_size=4)))
    elif deed == "double":
        rows = [[*cells, cells[place] if place < len(cells) else ""] for cells in rows]
    elif deed == "drop":
        rows = [cells[:place] + cells[place + 1 :] for cells in rows]
    else:
        rows = [[*cells, "" if i else "extra"] for i, cells in enumerate(rows)]
    case.write_rows(name, rows)


def decimal_commas(case: Case, draw: Draw) -> None:
    """Save a table as a German spreadsheet would: commas in numbers, maybe semicolons between cells."""
    name, rows = _pick_table(case, draw)
    changed = [[t.replace(".", ",") if t[:1].isdigit() else t for t in cells] for cells in rows]
    text = io.StringIO()
    csv.writer(text, delimiter=draw(st.sampled_from(",;\t")), lineterminator="\r\n").writerows(changed)
    case.files[name] = text.getvalue().encode("utf-8", "surrogatepass")


# --- spoilers of any file


def _pick_file(case: Case, draw: Draw) -> str:
    kind = draw(st.sampled_from(["table", "table", "table", "scenario", "package"]))
    if kind == "table":
        return str(draw(st.sampled_from(case.tables())))
    return SCENARIO if kind == "scenario" else "datapackage.json"


def encoding(case: Case, draw: Draw) -> None:
    """Save a file in another encoding."""
    name = _pick_file(case, draw)
    text = (
        case.files[name]
        .decode("utf-8", "replace")
        .replace("Minimal", "Métal 电解")
        .replace("north,", "nørth,")
    )
    chosen = draw(
        st.sampled_from(["utf-16", "utf-16-le", "utf-32", "gb18030", "latin-1", "utf-8-sig", "utf-7"])
    )
    case.files[name] = text.encode(chosen, "replace")


def bytes_(case: Case, draw: Draw) -> None:
    """Cut, insert or replace bytes."""
    name = _pick_file(case, draw)
    old = case.files[name]
    place = draw(st.integers(0, len(old)))
    junk = draw(
        st.one_of(
            st.sampled_from([
                b"\x00", b'"', b"'", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n\r\n", b",", b",,,,", b"\t", b"{",
                b"}", b":", b"- ", b"&a ", b"*a", b"#", b"\x1a", b"x" * 200_000, b'"' + b"x" * 140_000 + b'"', b"\xc0\x80",
                b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\x85", b"\x0b", b"\x0c",
            ]),
            st.binary(max_size=8),
        )
    )  # fmt: skip
    deed = draw(st.sampled_from(["insert", "replace", "cut", "empty", "only"]))
    case.files[name] = {
        "insert": old[:place] + junk + old[place:],
        "replace": old[:place] + junk + old[place + len(junk) :],
        "cut": old[:place],
        "empty": b"",
        "only": junk,
    }[deed]


def line_ends(case: Case, draw: Draw) -> None:
    """Other line ends, mixed ones, trailing commas, blank lines."""
    name = _pick_file(case, draw)
    lines = case.files[name].split(b"\n")
    end = draw(st.sampled_from([b"\r\n", b"\r", b"\n\n", b"\n\r", b",\n", b" \n", b"\xe2\x80\xa8", b";\n"]))
    every = draw(st.integers(1, 3))
    case.files[name] = b"".join(line + (end if i % every == 0 else b"\n") for i, line in enumerate(lines))


def file(case: Case, draw: Draw) -> None:
    """Put something else in a file's place, take it away, or add one."""
    name = _pick_file(case, draw)
    deed = draw(st.sampled_from(["remove", "add", *_SPECIAL]))
    if deed == "remove":
        del case.files[name]
    elif deed == "add":
        extra = draw(
            st.sampled_from([
                "tables/extra.csv", "tables/.hidden", "tables/a\nb.csv", "tables/\x1b[31m.csv", "tables/fleet.CSV",
                "tables/sub/x.csv", "scenarios/x.yaml", "scenarios/.yaml", "tables/~$fleet.csv", "notes.txt",
            ])
        )  # fmt: skip
        case.files[extra] = draw(st.sampled_from([b"", b"a,b\n1,2\n", b"extends: baseline\n"]))
    else:
        case.special.append((str(deed), name))


def package(case: Case, draw: Draw) -> None:
    """Change one thing anywhere in the data dictionary."""
    try:
        content = json.loads(case.files["datapackage.json"])
    except (KeyError, ValueError):
        return
    node, steps = content, draw(st.integers(1, 7))
    for _ in range(steps):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or _ == steps - 1:
            deed = draw(st.sampled_from(["drop", "junk", "double"]))
            if deed == "drop":
                del node[key]
            elif deed == "double" and isinstance(node, list):
                node.append(node[key])
            else:
                node[key] = draw(
                    st.sampled_from([None, "", "x", 5, -1, 1e400, True, [], {}, ["x"], {"x": 1}, "../x.csv", "number",
                                     "integer", "boolean", "string", "year", "value", "fleet", "region"])
                )  # fmt: skip
            break
        node = node[key]
    case.files["datapackage.json"] = json.dumps(content).encode()


# --- spoilers of scenarios


def key(case: Case, draw: Draw) -> None:
    """Give a key of the scenario another value, written as YAML text."""
    content = case.content()
    if not content:
        return
    chosen = draw(st.sampled_from([*content, "extends", "yeers", "1", "<<", "null"]))
    lines = [
        f"{name}: {draw(st.sampled_from(KEY_TEXTS))}" if name == chosen else yaml.safe_dump({name: value})
        for name, value in content.items()
    ]
    if chosen not in content:
        lines.append(f"{chosen}: {draw(st.sampled_from(KEY_TEXTS))}")
    case.files[SCENARIO] = "\n".join(lines).encode("utf-8", "surrogatepass")


def key_gone(case: Case, draw: Draw) -> None:
    """Take a key of the scenario away, or write it twice."""
    lines = case.files.get(SCENARIO, b"").splitlines()
    if lines:
        place = draw(st.integers(0, len(lines) - 1))
        lines[place : place + 1] = [] if draw(st.booleans()) else [lines[place]] * 2
        case.files[SCENARIO] = b"\n".join(lines)


def override(case: Case, draw: Draw) -> None:
    """Add overrides, well formed more often than not."""
    content = case.content()
    if not content:
        return
    name = draw(st.sampled_from(case.tables()))
    rows = case.rows(name)
    if len(rows) < 2 or not rows[0]:
        return
    chosen = rows[draw(st.integers(1, len(rows) - 1))]
    where_column = draw(st.integers(0, len(rows[0]) - 1))
    where: Any = {rows[0][where_column]: chosen[where_column] if where_column < len(chosen) else None}
    if draw(st.integers(0, 3)) == 0:
        where = draw(st.one_of(st.just({}), _SCALARS))
    entry: dict[Any, Any] = {
        "table": Path(name).stem,
        "where": where,
        "column": draw(st.sampled_from([*rows[0], "value", "low", "high"])),
        draw(st.sampled_from(["set", "multiply", "add"])): draw(_SCALARS),
    }
    if draw(st.booleans()):  # one that may be legal
        value = next((c for c in rows[0] if i_of(rows[0], c) + 1 == i_of(rows[0], "low")), entry["column"])
        numbers = st.one_of(st.sampled_from([0, 1, 2, 0.5, 0.9, 1.1, 10.0]), st.floats(0.5, 1.5))
        entry = {"table": Path(name).stem, "where": {}, "column": value, "multiply": draw(numbers)}
    if draw(st.integers(0, 9)) == 0:
        entry[draw(st.sampled_from(["table", "where", "column", "set", "x"]))] = draw(_SCALARS)
    old = content.get("overrides")
    content["overrides"] = [*old, entry] if isinstance(old, list) else [entry]
    with suppress(yaml.YAMLError):
        case.write_content(content)


def scaled(case: Case, draw: Draw) -> None:
    """Multiply all values of a column by overrides: legal, and another plan."""
    content = case.content()
    columns = {"power_prices": "price_cny_per_mwh", "demand": "total_metal_mt", "grid_factors": "emission_factor_t_per_mwh",
               "import_steps": "price_cny_per_t", "recycled": "recycled_mt"}  # fmt: skip
    content["overrides"] = [
        {"table": table, "where": {}, "column": column, "multiply": draw(st.floats(0.7, 1.3))}
        for table, column in columns.items()
    ]
    case.write_content(content)


def i_of(columns: list[str], name: str) -> int:
    """Place of a column, or far off."""
    return columns.index(name) if name in columns else -9


def policy(case: Case, draw: Draw) -> None:
    """Add a policy with fields of any kind."""
    content = case.content()
    if not content:
        return
    name = draw(st.sampled_from(sorted(POLICIES)))
    fields = {f: draw(_SCALARS) for f in POLICIES[name] if draw(st.booleans())}
    if draw(st.booleans()):  # one that may be legal
        number, where = (
            draw(st.floats(0, 300)),
            draw(st.sampled_from(["direct", "smelter_scope_1_2"])),
        )
        usual = {"cap_mt_per_a": number, "ratio": 1 + number / 50, "price_cny_per_t": number, "scope": where,
                 "benchmark_t_per_t": number / 30, "limit_mt": number / 20, "boundary": where}  # fmt: skip
        fields = {f: usual[f] for f in POLICIES[name] if f in usual}
        if name == "capacity_replacement":
            fields |= {"no_inflow": draw(st.sampled_from([[], ["north"], ["north", "south"]]))}
        case.files.setdefault("tables/quota.csv", QUOTA)
    old = content.get("policies")
    content["policies"] = {**(old if isinstance(old, dict) else {}), name: fields}
    with suppress(yaml.YAMLError):
        case.write_content(content)


def setting(case: Case, draw: Draw) -> None:
    """Give --set a key and a value of any kind."""
    keys = [*case.content(), "policies.capacity_cap.cap_mt_per_a", "policies.carbon_price", "years.0", "a.b", "", ".",
            "policies..x", "overrides", "name.x", "\ud800"]  # fmt: skip
    pair = f"{draw(st.sampled_from([str(k) for k in keys]))}={draw(st.sampled_from(KEY_TEXTS))}"
    case.settings.append(pair)


def name(case: Case, draw: Draw) -> None:
    """Ask for a scenario by an odd name, or let one extend another oddly."""
    odd = draw(
        st.sampled_from([
            "", ".", "..", "../baseline", "../../etc/passwd", "/etc/passwd", "/etc/passwd.yaml", "a\x00b", "a\x00b.yaml",
            "x" * 300, "x" * 300 + ".yaml", "x" * 5000, "baseline.yaml", "scenarios/baseline", "BASELINE", "baseline ",
            "~", "*", "\ud800", "\ud800.yaml", "电解", "\x1b[31m", "/dev/zero", "/dev/null", "extended", "./baseline", ".yaml",
            "a\nb", "/", "//", "-",
        ])
    )  # fmt: skip
    if draw(st.booleans()):
        case.scenario = odd
    else:
        text = json.dumps(odd)
        case.files["scenarios/extended.yaml"] = f"extends: {text}\n".encode("utf-8", "surrogatepass")
        case.scenario = "extended"


TABLE_SPOILERS = (cell, cell, cell, number, number, number, swap, row, header, decimal_commas)
FILE_SPOILERS = (encoding, bytes_, line_ends, file, package)
SCENARIO_SPOILERS = (key, key, key_gone, override, override, policy, policy, setting, name)
SPOILERS = (*TABLE_SPOILERS, *FILE_SPOILERS, *SCENARIO_SPOILERS)


def spoil(case: Case, draw: Draw, spoilers: tuple[Callable[[Case, Draw], None], ...]) -> Case:
    """Apply one or two spoilers; one alone often enough that each rule is met by itself."""
    for spoiler in draw(st.lists(st.sampled_from(spoilers), min_size=1, max_size=2)):
        with suppress(KeyError, ValueError, yaml.YAMLError):  # the first left nothing to spoil
            spoiler(case, draw)
    return case


# --- the promise


@contextmanager
def limited(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Raise HangError if the block takes longer.

    The time is counted in four beats, so that a machine that stands still for a while, and then
    gives one late beat, is not taken for a hang.
    """
    beats = 0

    def stop(*_: object) -> None:
        nonlocal beats
        beats += 1
        if beats == 4:
            raise HangError(f"no end after {seconds:g} s")

    old = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds / 4, seconds / 4)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


@contextmanager
def work_folder() -> Iterator[Path]:
    """Give an empty folder that is the current one, and remove it."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="fuzz") as text:
        os.chdir(text)
        gc.freeze()  # a run collects garbage first, and this process holds much that is none
        try:
            yield Path(text)
        finally:
            gc.unfreeze()
            os.chdir(before)


def rewrite(case: Case, draw: Draw) -> Case:
    """Write the same tables in another way: order of rows and columns, quotes, spaces, line ends, mark."""
    for name in case.tables():
        rows = case.rows(name)
        order = draw(st.permutations(range(len(rows[0]))))
        rows = [rows[0], *(rows[i + 1] for i in draw(st.permutations(range(len(rows) - 1))))]
        blank = draw(st.sampled_from(["", " ", "　"]))
        text = io.StringIO()
        writer = csv.writer(
            text,
            quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
            lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"])),
        )
        writer.writerows([f"{cells[i]}{blank}" for i in order] for cells in rows)
        mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
        case.files[name] = mark + text.getvalue().encode("utf-8")
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    case.files[SCENARIO] = case.files[SCENARIO].replace(b"\n", end)
    return case


def results(case: Case) -> dict[str, bytes]:
    """Solve a sound case; return the tables of its run."""
    with work_folder() as folder, limited():
        case.write(folder / "inputs")
        with redirect_stderr(io.StringIO()) as failed:
            assert main(["run", "--inputs", "inputs", "--out", "out", "--quiet"]) == 0, failed.getvalue()
        return {path.name: path.read_bytes() for path in sorted((folder / "out").rglob("*.csv"))}


def judge(case: Case, *, solve: bool = True, seconds: float = MOST_SECONDS) -> int:
    """Run the case's command in an empty folder and assert what every command promises.

    Returns
    -------
    int
        Exit code.
    """
    with work_folder() as folder, limited(seconds):
        inputs = folder / "inputs"
        inputs.mkdir()
        case.write(inputs)
        found = _load(case, inputs)
        if not solve and found is None:
            return 0
        return _judge_command(case, folder, found)


def _load(case: Case, inputs: Path) -> InputError | None:
    """Load through Python where the settings are none, and look at each problem."""
    if case.settings:
        return None
    try:
        alopt.load(inputs, case.scenario)
    except InputError as error:
        _judge_problems(error)
        return error
    return None


def _judge_problems(error: InputError) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.file, problem
        assert problem.rule, problem
        assert problem.mend[:1].isupper() or problem.mend[:1] == "`", problem
        assert len(problem.mend) > 4, problem
        text = str(problem)
        assert text.isprintable(), text
        assert text.startswith(problem.file[:20]) or not problem.file.isprintable(), text
        assert len(text) < 3000, text


def _judge_command(case: Case, folder: Path, found: InputError | None) -> int:
    out, told, failed = folder / case.out, io.StringIO(), io.StringIO()
    arguments = ["run", "--inputs", str(folder / "inputs"), "--out", case.out]
    arguments += [f"--set={pair}" for pair in case.settings]
    with redirect_stdout(told), redirect_stderr(failed):
        code = main([*arguments, "--", case.scenario])
    message = failed.getvalue()
    message.encode("utf-8")
    assert "Traceback" not in message
    leftovers = sorted(path.name for path in folder.iterdir() if not path.name.startswith("outside_"))
    if code == 0:
        assert found is None
        assert leftovers == ["inputs", case.out]
        assert told.getvalue()
        _judge_results(out)
        return 0
    assert told.getvalue() == ""
    assert code in {2, 3, 4}
    assert len(message.strip()) > 10, message
    if code == 2:
        assert leftovers == ["inputs"]
        assert "problem" in message
        assert found is None or str(found) in message
        assert all(line.startswith("  - ") for line in message.splitlines()[1:])
    elif code == 3:
        assert found is None
        assert leftovers == ["inputs"]
    else:
        assert found is None
        assert leftovers in (["inputs"], ["inputs", case.out])
        assert not out.exists() or [path.name for path in out.iterdir()] == ["run.json"]
    return code


_FILES = {
    "summary.json", "run.json", "years.csv", "capacity.csv", "retrofits.csv", "quota.csv", "running.csv",
    "production.csv", "electricity.csv", "supply.csv", "refining.csv", "flows.csv", "markets.csv", "costs.csv",
    "emissions.csv", "shadow_prices.csv", "reduced_costs.csv", "iamc.csv", "inputs",
}  # fmt: skip


def _no_constant(text: str) -> float:
    raise AssertionError(f"{text} in JSON")


def _judge_results(out: Path) -> None:
    assert {path.name for path in out.iterdir()} >= _FILES
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"), parse_constant=_no_constant)
    assert summary["status"] == "optimal"
    assert all(check["ok"] for check in summary["checks"])
    json.loads((out / "run.json").read_text(encoding="utf-8"), parse_constant=_no_constant)
    names = {summary["scenario"]}  # a scenario may be called 1e999, a region nan
    for path in (out / "inputs").glob("*.csv"):
        names |= {text for cells in _cells(path) for text in cells}
    for path in out.glob("*.csv"):
        rows = _cells(path)
        assert {len(cells) for cells in rows} == {len(rows[0])}, path.name
        for cells in rows:
            for text in cells:
                with suppress(ValueError):
                    assert text in names or math.isfinite(float(text)), (path.name, cells)


def _cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))
