"""Scenarios: a YAML file becomes a checked, frozen object; unknown keys are errors."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import yaml

from alopt.data.files import read_text
from alopt.errors import Problem, ScenarioError

_LISTS = {"sources", "years", "overrides"}
_WORDS = {"resolution": ("province", "smelter"), "foresight": ("perfect",)}
_MOST_BYTES = 250_000
_PLAIN_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,39})", re.ASCII)
_PLAIN_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|\.inf)|\.nan", re.ASCII | re.IGNORECASE)
_OVERRIDE = re.compile(r"overrides\[(\d+)\]")
_MOST_PARENTS = 8
_MOST_YEARS = 200
_MOST_NAME = 200


@dataclass(frozen=True)
class Override:
    """A change of one table's values for one scenario."""

    table: str
    where: Mapping[str, Any]
    column: str
    operation: str
    value: Any


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says, with everything it extends filled in.

    Attributes
    ----------
    name, description, question : str
        What is asked, for people.
    sources : tuple of str
        Keys or citations that the scenario rests on.
    years : tuple of int
        Model years, rising.
    last_period_years : int
        Years that the last model year stands for.
    base_year : int
        Year in which the starting fleet stands, before the first model year.
    resolution : str
        ``province`` pools a region's smelters into one site; ``smelter`` keeps each.
    slices, gwp, fleet, demand, grid_path : str
        Names of the sets in the tables; the slice set ``year`` is the undivided year. ``gwp`` and
        ``grid_path`` are None where the file leaves them out.
    market_prices : str or None
        Month whose prices make the trade's full cost; None where it is not asked for.
    foresight : str
        Only ``perfect``.
    discount_rate : float
        Real rate per year.
    currency, price_year : str, int
        Money in which every price stands.
    policies : mapping
        Settings of each instrument by name.
    overrides : tuple of Override
        Changes of table values, applied in order.
    """

    name: str
    description: str
    question: str
    sources: tuple[str, ...]
    years: tuple[int, ...]
    last_period_years: int
    base_year: int
    resolution: str
    slices: str
    foresight: str
    discount_rate: float
    currency: str
    price_year: int
    gwp: str | None
    fleet: str
    demand: str
    grid_path: str | None
    policies: Mapping[str, Mapping[str, Any]]
    overrides: tuple[Override, ...]
    market_prices: str | None = None

    def settings(self) -> dict[str, Any]:
        """Return the scenario as plain lists and dictionaries."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        plain["sources"], plain["years"] = list(self.sources), list(self.years)
        plain["policies"] = {name: dict(values) for name, values in self.policies.items()}
        plain["overrides"] = [
            {"table": o.table, "where": dict(o.where), "column": o.column, o.operation: o.value}
            for o in self.overrides
        ]
        return plain


KEYS = tuple(f.name for f in fields(Scenario))


#: Keys that a scenario may leave out: what then needs them says so.
_MAY_BE_ABSENT = ("gwp", "grid_path", "market_prices")
#: Stands for the scenario's file in problems that only the tables bring to light.
SCENARIO_FILE = "scenario"


class _Loader(yaml.SafeLoader):
    """Safe loader for plain words and numbers.

    It refuses duplicate keys, aliases (a short file can unfold without end), tags, and numbers
    that YAML reads in another way than people: 0x10, 017, 1_000, 1:30.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            self._refuse("aliases are not allowed", event)
        if event.tag is not None:
            self._refuse("tags are not allowed", event)
        return super().compose_node(parent, index)

    def construct_yaml_int(self, node: Any) -> int:  # noqa: ANN401
        if not _PLAIN_INTEGER.fullmatch(node.value):
            self._refuse("is no plain number", node)
        return int(node.value)

    def construct_yaml_float(self, node: Any) -> float:  # noqa: ANN401
        if not _PLAIN_NUMBER.fullmatch(node.value):
            self._refuse("is no plain number", node)
        return float(super().construct_yaml_float(node))

    def construct_yaml_str(self, node: Any) -> str:  # noqa: ANN401
        if any("\ud800" <= sign <= "\udfff" for sign in node.value):
            self._refuse("half a character stands in a text", node)
        return str(super().construct_yaml_str(node))

    @staticmethod
    def _refuse(text: str, where: Any) -> NoReturn:  # noqa: ANN401
        raise yaml.constructor.ConstructorError(None, None, text, where.start_mark)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401, ARG002
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict | set):
                self._refuse("a key is no word", key_node)
            if key in seen:
                self._refuse(f"the key {key!r} stands twice", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep=True)


for _kind in ("int", "float", "str"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", getattr(_Loader, f"construct_yaml_{_kind}"))


def parse_yaml(text: str) -> tuple[Any, tuple[int | None, str] | None]:
    """Read YAML safely; the second value is the line of a fault and what it is."""
    try:
        return yaml.load(text, Loader=_Loader), None  # noqa: S506 - a safe loader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        found = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        if isinstance(error, RecursionError):
            found = "nested too deeply"
        return None, (None if mark is None else mark.line + 1, f"is no valid YAML: {found}")


def read_yaml(path: Path, file: str) -> dict[str, Any]:
    """Read a YAML mapping safely.

    Raises
    ------
    ScenarioError
        If the file is missing, too large, or no plain mapping of unique keys; it is named
        ``file`` in the message.
    """
    text, fault = read_text(path, _MOST_BYTES)
    if fault is not None:
        _fail(file, None, *fault)
    content, wrong = parse_yaml(text)
    if wrong is not None:
        raise ScenarioError([Problem(file, wrong[0], None, None, wrong[1], "Mend the file.")])
    if not isinstance(content, dict):
        _fail(file, None, "holds no keys", "Write `key: value` lines.")
    return dict(content)


def _fail(file: str, key: str | None, rule: str, mend: str, row: int | None = None) -> NoReturn:
    raise ScenarioError([Problem(file, row, key, None, rule, mend)])


def file_of(name: str) -> str:
    """Name a scenario's file in messages: a path as given, or its place in the inputs."""
    shown = name if len(name) <= _MOST_NAME else f"{name[:_MOST_NAME]}…"
    return shown if name.endswith((".yaml", ".yml")) else f"scenarios/{shown}.yaml"


def scenario_path(name: str, inputs: Path) -> Path:
    """Find a scenario: a name in `scenarios/`, or a path to a YAML file."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    known = scenario_names(inputs)
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        _fail(file_of(name), None, "no such scenario", f"{hint}There are {', '.join(known)}.")
    return inputs / "scenarios" / f"{name}.yaml"


def scenario_names(inputs: Path) -> list[str]:
    """List the scenarios of a folder of inputs."""
    return sorted(path.stem for path in (inputs / "scenarios").glob("*.yaml"))


def load_scenario(name: str, inputs: Path, settings: Mapping[str, Any] | None = None) -> Scenario:
    """Read a scenario with all it extends, apply settings, and check every key.

    Parameters
    ----------
    name : str
        A name in ``inputs/scenarios`` or a path to a YAML file.
    inputs : Path
        Folder of the inputs.
    settings : mapping of str to value, optional
        Changes by dotted key, as ``{"policies.capacity_cap.cap_mt_per_a": 40}``.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    parts, file = _chain(name, inputs), file_of(name)
    content = _merged(parts)
    if "name" not in parts[0].content:
        content["name"] = parts[0].path.stem
    problems = [p for key, value in (settings or {}).items() for p in _set_key(content, key, value)]
    problems += _check(content, file)
    if problems:
        raise ScenarioError(located(problems, name, inputs, settings))
    return _build(content)


@dataclass(frozen=True)
class _Part:
    """A scenario's own file, or one that it extends: how messages name it, where it is, its keys."""

    file: str
    path: Path
    content: dict[str, Any]


def _chain(name: str, inputs: Path) -> list[_Part]:
    """Files of a scenario, its own first, each followed by the one that it extends."""
    parts: list[_Part] = []
    seen: set[str] = set()
    path, file = scenario_path(name, inputs), file_of(name)
    while True:
        content = read_yaml(path, file)
        real = os.path.realpath(path)
        if real in seen or len(seen) > _MOST_PARENTS:
            rule, mend = f"{name} leads back to itself", "Extend a scenario that stands alone."
            _fail(parts[-1].file, "extends", rule, mend)
        seen.add(real)
        parent = content.pop("extends", None)
        parts.append(_Part(file, path, content))
        if parent is None:
            return parts
        if not isinstance(parent, str):
            _fail(file, "extends", "must be a name", "Name one scenario.")
        name, path, file = parent, *_beside(parent, path, file, inputs)


def _beside(parent: str, path: Path, file: str, inputs: Path) -> tuple[Path, str]:
    """Find what a file extends: a name of the inputs, or a path that starts where the file is."""
    if parent.endswith((".yaml", ".yml")):
        return path.parent / parent, file_of(str(Path(file).parent / parent))
    return scenario_path(parent, inputs), file_of(parent)


def _merged(parts: list[_Part]) -> dict[str, Any]:
    """All keys of a scenario, laid over those of what it extends."""
    whole = parts[-1].content
    for part in reversed(parts[:-1]):
        whole = merge(whole, part.content)
    return dict(whole)


def located(
    problems: list[Problem], name: str, inputs: Path, settings: Mapping[str, Any] | None
) -> list[Problem]:
    """Give problems of a scenario's keys the file and line that they stand in.

    That is the scenario's own file or one that it extends, or `--set` where that brought the key.
    """
    file, given = file_of(name), tuple(settings or {})
    parts = _chain(name, inputs)
    lines = {part.file: _key_lines(read_text(part.path, _MOST_BYTES)[0]) for part in parts}
    result = []
    for problem in problems:
        key = problem.column or ""
        if problem.file not in {file, SCENARIO_FILE} or problem.row is not None:
            result.append(problem)
        elif any(f"{key}.".startswith(f"{s}.") or f"{s}.".startswith(f"{key}.") for s in given):
            result.append(replace(problem, file="--set"))
        else:
            part, own = _giver(parts, key)
            row = _line(lines[part.file], own)
            result.append(replace(problem, file=part.file, row=row, column=own or problem.column))
    return result


def _giver(parts: list[_Part], key: str) -> tuple[_Part, str]:
    """File that gives a key its value, and the key as it stands there; overrides are counted anew."""
    found = _OVERRIDE.match(key)
    if found is not None:
        place = int(found[1])
        for part in reversed(parts):
            count = len(part.content.get("overrides") or [])
            if place < count:
                return part, f"overrides[{place}]{key[found.end() :]}"
            place -= count
    first, *rest = key.split(".")
    holders = [part for part in parts if first in part.content]
    if first != "policies" or not rest:
        wrong = [
            part for part in holders if first != "overrides" or not isinstance(part.content[first], list)
        ]
        return next(iter(wrong or holders), parts[0]), key
    return _policy_giver(holders, rest) or parts[0], key


def _policy_giver(holders: list[_Part], key: list[str]) -> _Part | None:
    """File that gives a policy's field its value, or the first that names the policy."""
    naming = []
    for part in holders:
        policies = part.content["policies"]
        if isinstance(policies, dict) and key[0] in policies:
            fields_ = policies[key[0]]
            if fields_ is None:  # what stands further up was dropped here
                break
            naming.append(part)
            if isinstance(fields_, dict) and re.sub(r"\[.*", "", "".join(key[1:2])) in fields_:
                return part
    return naming[0] if naming else None


def _line(lines: Mapping[str, int], key: str) -> int | None:
    """Line of a dotted key, or of the nearest key above it."""
    while key and key not in lines:
        key = key.rpartition("[")[0] if key.endswith("]") else key.rpartition(".")[0]
    return lines.get(key)


def _key_lines(text: str) -> dict[str, int]:
    """Line of every key of a YAML text by its dotted name; entries of lists by their place."""

    def walk(node: Any, prefix: str) -> Iterator[tuple[str, int]]:  # noqa: ANN401
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                key = f"{prefix}.{name.value}" if prefix else str(name.value)
                yield key, name.start_mark.line + 1
                yield from walk(value, key)
        if isinstance(node, yaml.SequenceNode):
            for place, entry in enumerate(node.value):
                yield f"{prefix}[{place}]", entry.start_mark.line + 1
                yield from walk(entry, f"{prefix}[{place}]")

    return dict(walk(yaml.compose(text, Loader=_Loader), ""))


def merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Lay a scenario over the one that it extends.

    Overrides are appended; a policy set to null is dropped; other keys replace.
    """
    merged = {**base, **{k: v for k, v in change.items() if k not in {"policies", "overrides"}}}
    if isinstance(change.get("policies", {}), dict) and isinstance(base.get("policies", {}), dict):
        policies = {**base.get("policies", {})}
        for name, fields_ in change.get("policies", {}).items():
            old = policies.get(name)
            both = isinstance(old, dict) and isinstance(fields_, dict)
            policies[name] = {**old, **fields_} if both else fields_  # type: ignore[dict-item]
        merged["policies"] = {name: value for name, value in policies.items() if value is not None}
    else:
        given = [part["policies"] for part in (base, change) if "policies" in part]
        merged["policies"] = next(one for one in given if not isinstance(one, dict))
    lists = [part.get("overrides") or [] for part in (base, change)]
    merged["overrides"] = (
        lists[0] + lists[1]
        if all(isinstance(part, list) for part in lists)
        else next(part for part in lists if not isinstance(part, list))
    )
    return merged


def _set_key(content: dict[str, Any], dotted: str, value: Any) -> list[Problem]:  # noqa: ANN401
    parts = dotted.split(".")
    if parts[0] not in KEYS:
        close = difflib.get_close_matches(parts[0], KEYS, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        mend = f"{hint}The keys are {', '.join(KEYS)}."
        return [Problem("--set", None, dotted, None, "no such scenario key", mend)]
    target = content
    for part in parts[:-1]:
        inner = target.get(part)
        if inner is None:
            inner = target[part] = {}
        if not isinstance(inner, dict):
            return [Problem("--set", None, dotted, None, f"{part} has no keys below it", "Set it whole.")]
        target[part] = inner = dict(inner)
        target = inner
    target[parts[-1]] = value
    return []


def _check(content: dict[str, Any], file: str) -> list[Problem]:
    problems = [_unknown_key(str(key), file) for key in content if key not in KEYS]
    for key in KEYS:
        if key in _MAY_BE_ABSENT and content.get(key) is None:
            continue
        if key not in content:
            mend = "Give it, or extend a scenario that has it."
            problems.append(Problem(file, None, key, None, "the key is missing", mend))
        elif (fault := _key_fault(key, content[key])) is not None:
            problems.append(Problem(file, None, key, str(content[key]), *fault))
    if not problems:
        problems = _check_years(content, file)
        for index, entry in enumerate(content["overrides"]):
            problems += _check_override(entry, index, file)
    return problems


def _unknown_key(key: str, file: str) -> Problem:
    close = difflib.get_close_matches(key, KEYS, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return Problem(file, None, key, None, "no such scenario key", f"{hint}The keys are {', '.join(KEYS)}.")


def _check_years(content: dict[str, Any], file: str) -> list[Problem]:
    years, base = content["years"], content["base_year"]
    problems = []
    if any(b <= a for a, b in pairwise(years)):
        mend = "List each year once, in order."
        problems.append(Problem(file, None, "years", str(years), "years must rise", mend))
    if base >= years[0]:
        rule, mend = "must come before the first model year", f"Give a year before {years[0]}."
        problems.append(Problem(file, None, "base_year", str(base), rule, mend))
    if years[-1] - base > _MOST_YEARS:
        rule = f"the horizon is longer than {_MOST_YEARS} years"
        problems.append(Problem(file, None, "years", str(years), rule, "Shorten it."))
    return problems


def _key_fault(key: str, value: Any) -> tuple[str, str] | None:  # noqa: ANN401, C901, PLR0911
    if key in _WORDS and value not in _WORDS[key]:
        return "is not one of the allowed words", f"Use {' or '.join(_WORDS[key])}."
    if key in _LISTS and not isinstance(value, list):
        return "must be a list", "Write it as [a, b]."
    if key == "years" and not (value and all(_is_year(year) for year in value)):
        return "must list model years", "Write them as [2025, 2030]."
    if key == "sources" and not all(isinstance(item, str) for item in value):
        return "must be a list of texts", "Name sources as texts."
    if key in {"base_year", "price_year"} and not _is_year(value):
        return "is no year", "Write a year such as 2024."
    if key == "last_period_years" and not (type(value) is int and 1 <= value <= 100):
        return "must be a whole number from 1 to 100", "Give the years the last model year stands for."
    if key == "discount_rate" and not (_is_number(value) and 0 <= value <= 0.5):
        return "must be a rate from 0 to 0.5", "Write 0.08 for 8 %."
    if key == "policies" and not (
        isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())
    ):
        return "must give each policy its fields", "Write `policies: {NAME: {field: value}}`."
    if key == "name" and isinstance(value, str) and not (value.isprintable() and len(value) <= _MOST_NAME):
        return "is no name", f"Write up to {_MOST_NAME} letters in one line."
    text = {"name", "description", "question", "slices", "currency", "gwp", "fleet", "demand"}
    if key in text | {"grid_path", "market_prices"} and not (isinstance(value, str) and value):
        return "must be a text", "Put it in quotes if it looks like a number."
    return None


def _is_year(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2200


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_override(entry: Any, index: int, file: str) -> list[Problem]:  # noqa: ANN401
    key = f"overrides[{index}]"
    form = "Write {table: T, where: {column: value}, column: C, set: V} (or multiply, or add)."
    if not isinstance(entry, dict):
        return [Problem(file, None, key, str(entry), "is no override", form)]
    operations = [name for name in ("set", "multiply", "add") if name in entry]
    unknown = set(entry) - {"table", "where", "column", "set", "multiply", "add"}
    if unknown or len(operations) != 1 or not {"table", "where", "column"} <= set(entry):
        return [Problem(file, None, key, str(entry), "is no override", form)]
    if not isinstance(entry["where"], dict):
        return [Problem(file, None, f"{key}.where", str(entry["where"]), "must be a mapping", form)]
    if operations[0] != "set" and not _is_number(entry[operations[0]]):
        return [Problem(file, None, f"{key}.{operations[0]}", str(entry[operations[0]]), "no number", form)]
    return []


def _build(content: dict[str, Any]) -> Scenario:
    overrides = tuple(
        Override(str(e["table"]), dict(e["where"]), str(e["column"]), op, e[op])
        for e in content["overrides"]
        for op in ("set", "multiply", "add")
        if op in e
    )
    plain: dict[str, Any] = {key: content.get(key) for key in KEYS}
    plain |= {"sources": tuple(content["sources"]), "years": tuple(content["years"]), "overrides": overrides}
    plain["discount_rate"] = float(content["discount_rate"])
    return Scenario(**plain)


def with_resolution(scenario: Scenario, resolution: str | None) -> Scenario:
    """Return the scenario at another resolution; None keeps its own."""
    return scenario if resolution is None else replace(scenario, resolution=resolution)
