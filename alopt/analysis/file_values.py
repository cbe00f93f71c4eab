"""Values that scenarios, projects and price files set themselves, each with its sources."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from alopt.data.scenario import load_scenario, read_yaml
from alopt.data.schema import BASES
from alopt.errors import InputError, Problem

#: Bases that need a range.
WEAK = BASES[2:]

#: Columns of the values that are returned.
COLUMNS = ("file", "item", "value", "basis", "low", "high", "sources", "inherited")

#: Folders of further files that may name sources of their own.
_FOLDERS = ("projects", "prices")

_NUMBER = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d+)?")

FileValues = tuple[list[tuple[Any, ...]], dict[str, set[str]], list[Problem]]


def file_values(folder: Path, known: set[str]) -> FileValues:
    """Return what scenarios, projects and price files set, who is cited where, and the problems.

    Parameters
    ----------
    folder : Path
        Folder of the inputs.
    known : set of str
        Keys of `sources.csv`.

    Returns
    -------
    values : list of tuple
        File, item, value as text, basis, low, high, sources, whether these are inherited.
    cited : dict of str to set of str
        Files that name each source.
    problems : list of Problem
        Sources that are unknown or missing, values outside their range, files that cannot be read.
    """
    listed: list[tuple[Any, ...]] = []
    cited: dict[str, set[str]] = defaultdict(set)
    problems: list[Problem] = []
    for path in [p for kind in ("scenarios", *_FOLDERS) for p in sorted((folder / kind).glob("*.yaml"))]:
        file = f"{path.parent.name}/{path.name}"
        try:
            own = read_yaml(path, file)
            if path.parent.name == "scenarios":
                sources, inherited = list(load_scenario(path.stem, folder).sources), "sources" not in own
                values = [(*item, None, None, None, "; ".join(sources), inherited) for item in _settings(own)]
                wanted = bool(values) and not sources
            else:
                sources = sorted(set(_named(own, "")))
                values = list(_stated(_leaves(own) if path.parent.name == "projects" else own))
                problems += _range_problems(file, values)
                wanted = "extends" not in own and not all(row[5] for row in values)
        except InputError as error:
            problems += error.problems
            continue
        listed += [(file, *row) for row in values]
        problems += _cite(file, sources, known, cited)
        if wanted:
            bare = None if not sources else ", ".join(row[0] for row in values if not row[5])
            rule = "sets values and names no source"
            problems.append(Problem(file, None, bare, None, rule, "Name the sources of its values."))
    return listed, cited, problems


def _stated(own: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield each number of a project or price file, with its own provenance or the file's sources."""
    provenance = own.get("provenance")
    provenance = provenance if isinstance(provenance, dict) else {}
    general = list(_named({key: own[key] for key in ("source", "sources") if key in own}, ""))
    for item, value in own.items():
        if (
            item in {"provenance", "sources"}
            or isinstance(value, bool)
            or not isinstance(value, int | float | dict)
        ):
            continue
        about = provenance.get(item)
        about = about if isinstance(about, dict) else {}
        sources = list(_named(about, "")) or list(_named(value, "")) or general
        shown = {k: v for k, v in value.items() if k != "source"} if isinstance(value, dict) else value
        yield (
            str(item), str(shown), about.get("basis"), about.get("low"), about.get("high"),
            "; ".join(dict.fromkeys(sources)), False,
        )  # fmt: skip


def _leaves(own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a project file with its groups taken apart: `quota: {price: 1}` as `quota.price: 1`.

    A price by year is one value; a group's source stands for each of its values.
    """
    flat: dict[str, Any] = {}
    provenance = own.get("provenance")
    about = dict(provenance) if isinstance(provenance, dict) else {}
    for key, value in own.items():
        if key == "provenance" or not isinstance(value, dict) or all(isinstance(k, int) for k in value):
            flat[key] = value
            continue
        for inner, item in value.items():
            if inner != "source":
                flat[f"{key}.{inner}"] = item
                if "source" in value:
                    about.setdefault(f"{key}.{inner}", {"source": value["source"]})
    return {**flat, "provenance": about}


def _range_problems(file: str, values: list[tuple[Any, ...]]) -> Iterator[Problem]:
    """Yield values of a file outside their low and high, or weak and without them."""
    for item, shown, basis, low, high, _, _ in values:
        ranged = all(isinstance(end, int | float) and not isinstance(end, bool) for end in (low, high))
        if basis in WEAK and not ranged:
            rule, mend = f"an {basis} value needs a low and a high", "Give the range you believe."
            yield Problem(file, None, item, shown, rule, mend)
        elif ranged and _NUMBER.fullmatch(shown) and not low <= float(shown) <= high:
            rule = f"lies outside its low of {low:g} and high of {high:g}"
            yield Problem(file, None, item, shown, rule, "Mend the value or its range.")


def _settings(own: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each value that a scenario file itself sets: overrides, fields of policies, money's rate."""
    for index, entry in enumerate(own.get("overrides") or []):
        where = ", ".join(f"{column}={value}" for column, value in entry["where"].items())
        operation = next(name for name in ("set", "multiply", "add") if name in entry)
        place = f"overrides[{index}]: {entry['table']} ({where}) {entry['column']}"
        yield place, f"{operation} {entry[operation]}"
    for policy, fields in (own.get("policies") or {}).items():
        for name, value in (fields or {}).items():
            yield f"policies.{policy}.{name}", str(value)
    if "discount_rate" in own:
        yield "discount_rate", str(own["discount_rate"])


def _named(node: Any, key: str) -> Iterator[str]:  # noqa: ANN401
    """Yield every source that a file names under `source` or `sources`, however deep."""
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from _named(inner, str(name))
    elif isinstance(node, list):
        for inner in node:
            yield from _named(inner, key)
    elif isinstance(node, str) and key in {"source", "sources"}:
        yield node


def _cite(file: str, sources: list[str], known: set[str], cited: dict[str, set[str]]) -> Iterator[Problem]:
    """Note who is cited; yield each key that is unknown (several words are a citation)."""
    for source in sources:
        if source in known:
            cited[source].add(file)
        elif len(source.split()) == 1:
            mend = "Use a key of sources.csv, or write out author, title and date."
            yield Problem(file, None, "sources", source, "no such source in sources.csv", mend)
