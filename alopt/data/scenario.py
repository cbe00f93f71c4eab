"""Scenarios: a YAML file becomes a checked, frozen object; unknown keys are errors."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from alopt.errors import Problem, ScenarioError

_LISTS = {"sources", "years", "overrides"}
_WORDS = {"resolution": ("province", "smelter"), "foresight": ("perfect",)}
_MOST_BYTES = 1_000_000
_MOST_PARENTS = 8
_MOST_YEARS = 200


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


class _Loader(yaml.SafeLoader):
    """Safe loader that refuses duplicate keys and aliases (a short file can unfold without end)."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, "aliases are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401, ARG002
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict | set):
                raise yaml.constructor.ConstructorError(None, None, "a key is no word", key_node.start_mark)
            if key in seen:
                text = f"the key {key!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, text, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=True)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping safely.

    Raises
    ------
    ScenarioError
        If the file is missing, too large, or no plain mapping of unique keys.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            _fail(path.name, None, f"is larger than {_MOST_BYTES} bytes", "Shorten it.")
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)  # noqa: S506
    except OSError as error:
        _fail(path.name, None, f"cannot be read ({error.strerror})", "Name a file that exists.")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        text = getattr(error, "problem", None) or type(error).__name__
        raise ScenarioError(
            [Problem(path.name, line, None, None, f"is no valid YAML: {text}", "Mend the file.")]
        ) from None
    if not isinstance(content, dict):
        _fail(path.name, None, "holds no keys", "Write `key: value` lines.")
    return dict(content)


def _fail(file: str, key: str | None, rule: str, mend: str) -> None:
    raise ScenarioError([Problem(file, None, key, None, rule, mend)])


def scenario_path(name: str, inputs: Path) -> Path:
    """Find a scenario: a name in `scenarios/`, or a path to a YAML file."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    path = inputs / "scenarios" / f"{name}.yaml"
    if Path(name).name != name or not path.exists():
        known = scenario_names(inputs)
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        _fail(
            f"scenarios/{Path(name).name}.yaml",
            None,
            "no such scenario",
            f"{hint}There are {', '.join(known)}.",
        )
    return path


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
    path = scenario_path(name, inputs)
    content = _extended(path, inputs, [])
    if "name" not in read_yaml(path):
        content["name"] = path.stem
    problems = [p for key, value in (settings or {}).items() for p in _set_key(content, key, value)]
    problems += _check(content, path.name)
    if problems:
        raise ScenarioError(problems)
    return _build(content)


def _extended(path: Path, inputs: Path, seen: list[Path]) -> dict[str, Any]:
    content = read_yaml(path)
    parent = content.pop("extends", None)
    if parent is None:
        return content
    chain = [*seen, path.resolve()]
    if not isinstance(parent, str):
        _fail(path.name, "extends", "must be a name", "Name one scenario.")
    parent_path = scenario_path(str(parent), inputs)
    if parent_path.resolve() in chain or len(chain) > _MOST_PARENTS:
        _fail(path.name, "extends", f"{parent} leads back to itself", "Extend a scenario that stands alone.")
    return merge(_extended(parent_path, inputs, chain), content)


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
        merged["policies"] = change.get("policies")
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


def _key_fault(key: str, value: Any) -> tuple[str, str] | None:  # noqa: ANN401, PLR0911
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
