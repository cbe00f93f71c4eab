"""Project files: one investment each, read and checked; every problem at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any

from alopt.data.scenario import parse_yaml, read_yaml
from alopt.errors import InputError, Problem

#: What a project can be: at a relining, a potline replaced on its site, at a new site, elsewhere.
KINDS = ("retrofit", "rebuild", "new", "move")

#: Boundaries on which a carbon price may fall.
SCOPES = ("direct", "smelter_scope_1_2")

_WORDS = {
    "kind": KINDS,
    "residual": ("none", "straight_line"),
    "vat": ("included", "excluded"),
    "carbon.scope": SCOPES,
}

_TEXTS = (
    "name", "description", "question", "scenario", "prices", "site", "region", "to_region", "from_cell",
    "to_cell", "extends", "note",
)  # fmt: skip

#: Per tonne of a plant that no cell state of the tables describes, or in its stead.
PLANT_KEYS = (
    "voltage_v", "current_efficiency", "ac_kwh_per_t", "anode_t_per_t", "alumina_t_per_t",
    "fluoride_cny_per_t", "alumina_freight_cny_per_t", "labour_cny_per_t_a", "maintenance_cny_per_t_a",
    "overhead_cny_per_t_a", "anode_co2_t_per_t", "pfc_t_per_t", "power_factor_t_per_mwh",
)  # fmt: skip

#: Numbers by dotted key: lowest, highest, whether the lowest itself is allowed.
_NUMBERS: dict[str, tuple[float, float, bool]] = {
    "capacity_mt_per_a": (0, 50, False),
    "capacity_after_mt_per_a": (0, 50, False),
    "capex_cny_per_t_a": (0, 1e6, True),
    "other_capex_cny_per_t_a": (0, 1e6, True),
    "renewal_cny_per_t_a": (0, 1e6, True),
    "renewal_life_a": (0, 60, False),
    "capex_life_a": (0, 60, False),
    "works_cny_per_t_a": (0, 1e6, True),
    "closure_cny_per_t_a": (0, 1e6, True),
    "engineering_fee": (0, 1, True),
    "contingency": (0, 1, True),
    "downtime_months": (0, 120, True),
    "exchange_rate_cny_per_usd": (0, 1000, False),
    "power_before_cny_per_mwh": (0, 1e5, True),
    "power.then_cny_per_mwh": (0, 1e5, True),
    "carbon.free_t_per_t": (0, 100, True),
    "quota.bought_mt_per_a": (0, 50, True),
    "quota.sold_mt_per_a": (0, 50, True),
    "quota.price_cny_per_t": (0, 1e6, True),
    "quota.resale_cny_per_t": (0, 1e6, True),
    "rates.investor": (-0.5, 1, False),
    "rates.equity": (-0.5, 1, False),
    "rates.planner": (-0.5, 1, False),
    "tax.income": (0, 0.9, True),
    "debt.share": (0, 1, True),
    "debt.rate": (0, 1, True),
    **{
        f"{side}.{key}": (0, 1e6, key not in {"voltage_v", "current_efficiency", "ac_kwh_per_t"})
        for side in ("before", "after")
        for key in PLANT_KEYS
    },
}
_NUMBERS |= {f"{side}.current_efficiency": (0, 1, False) for side in ("before", "after")}

#: Whole numbers: lowest and highest.
_WHOLE = {
    "start_year": (2000, 2100),
    "construction_years": (0, 10),
    "life_a": (1, 60),
    "power.years": (1, 60),
    "debt.years": (1, 60),
}

#: Prices that may be one number or one by year.
_PATHS = (
    "metal_cny_per_t", "alumina_cny_per_t", "anode_cny_per_t", "power.price_cny_per_mwh",
    "carbon.price_cny_per_t",
)  # fmt: skip

#: Prices whose value-added tax the key ``vat`` states.
TAXED = {
    "metal_cny_per_t": "metal",
    "alumina_cny_per_t": "alumina",
    "anode_cny_per_t": "carbon_materials",
    "power.price_cny_per_mwh": "power",
    "power.then_cny_per_mwh": "power",
    "power_before_cny_per_mwh": "power",
}

_REQUIRED = (
    "kind", "start_year", "construction_years", "life_a", "capacity_mt_per_a", "engineering_fee",
    "contingency", "residual", "rates.investor", "rates.planner",
)  # fmt: skip

#: Keys that only stand together.
_TOGETHER = {
    "quota": ("price_cny_per_t", "resale_cny_per_t"),
    "debt": ("share", "rate", "years"),
    "tax": ("income",),
    "carbon": ("price_cny_per_t", "scope", "free_t_per_t"),
    "power": ("price_cny_per_mwh",),
    "rates": (),
    "before": (),
    "after": (),
}

_FREE = ("sources", "provenance", "capex_shares", "policies")

_KEYS = (*_TEXTS, *_WORDS, *_NUMBERS, *_WHOLE, *_PATHS)

_MOST_PARENTS = 8

Path_ = float | Mapping[int, float]


@dataclass(frozen=True)
class Project:
    """A checked project file with all that it extends.

    Attributes
    ----------
    name, file : str
        Its name and how messages name its file.
    values : mapping of str to value
        By dotted key: CNY (US dollars are converted at the file's rate), with the value-added tax
        that the file states.
    shares : tuple of float
        Capex by year of construction.
    ranges : mapping of str to (low, high)
        Believed range of each number that names one, as in the file.
    raw : mapping
        The file as read, with all that it extends.
    paths : mapping of str to mapping of int to float
        Prices by key and year without value-added tax that replace the file's, as of a solved run.
    """

    name: str
    file: str
    values: Mapping[str, Any]
    shares: tuple[float, ...]
    ranges: Mapping[str, tuple[float, float]]
    raw: Mapping[str, Any]
    paths: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    def changed(self, key: str, value: Any) -> Project:  # noqa: ANN401
        """Return the project with one value changed, by the file's own dotted key.

        Raises
        ------
        InputError
            If the value breaks a rule.
        """
        return replace(read_project(with_value(self.raw, key, value), self.file, self.name), paths=self.paths)

    def given(self, key: str) -> float | None:
        """Value of a number by the file's own dotted key; None for prices by year."""
        value: Any = self.raw
        for part in key.split("."):
            value = value[part]
        return float(value) if _is_number(value) else None

    def tax_of(self, key: str) -> str | None:
        """Whether the value of a key has value-added tax ("included", "excluded"); None for no price."""
        taxed = key.replace("_usd_", "_cny_") in TAXED
        return str(self.values["vat"]) if taxed else None

    @property
    def scenario_settings(self) -> dict[str, Any]:
        """What the file changes in its scenario: prices and policies, by dotted key."""
        policies = {f"policies.{name}": fields for name, fields in self.raw.get("policies", {}).items()}
        prices = self.values.get("prices")
        return policies if prices is None else {"market_prices": prices, **policies}


def project_names(inputs: Path) -> list[str]:
    """List the projects of a folder of inputs."""
    return sorted(path.stem for path in (inputs / "projects").glob("*.yaml"))


def project_file(name: str) -> str:
    """How messages name a project's file."""
    return name if name.endswith((".yaml", ".yml")) else f"projects/{name}.yaml"


def load_project(name: str, inputs: Path, settings: Mapping[str, Any] | None = None) -> Project:
    """Read and check a project.

    Parameters
    ----------
    name : str
        A name in ``inputs/projects`` or a path to a YAML file.
    inputs : Path
        Folder of the inputs.
    settings : mapping of str to value, optional
        Changes by dotted key, as ``{"rates.investor": 0.1}``.

    Returns
    -------
    Project

    Raises
    ------
    InputError
        With every problem found.
    """
    raw = _extended(name, inputs, ())
    for key, value in (settings or {}).items():
        raw = with_value(raw, key, value)
    return read_project(raw, project_file(name), Path(name).stem)


def read_project(raw: Mapping[str, Any], file: str, name: str) -> Project:
    """Check a project that is in memory.

    Raises
    ------
    InputError
        With every problem found.
    """
    values, problems = _flat(raw, file)
    values, found = _in_cny(values, file)
    problems += found
    known = {key: value for key, value in values.items() if key in _KEYS}
    problems += [p for key, value in known.items() for p in _value_problems(key, value, file)]
    faulty = {problem.column for problem in problems}
    problems += _missing(values, file)
    if not problems or not faulty & {"kind", *_WHOLE, *_NUMBERS}:
        problems += list(_rules(values, file))
    if not isinstance(raw.get("policies", {}), dict):
        rule, mend = "must be a mapping", "Write `name: {field: value}` lines."
        problems.append(Problem(file, None, "policies", str(raw["policies"]), rule, mend))
    shares, found = _shares(raw.get("capex_shares"), values, file)
    problems += found
    ranges, found = _ranges(raw.get("provenance"), values, file)
    problems += found
    if problems:
        raise InputError(problems)
    return Project(str(values.get("name", name)), file, values, shares, ranges, raw)


def with_value(raw: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a project's content with one value changed, by dotted key."""
    first, _, rest = key.partition(".")
    if not rest:
        return {**raw, first: value}
    inner = raw.get(first)
    return {**raw, first: with_value(inner if isinstance(inner, dict) else {}, rest, value)}


def is_project_key(key: str) -> bool:
    """Whether a dotted key belongs to a project file (else it is one of its scenario)."""
    first = key.partition(".")[0]
    if first == "policies":
        return False
    return first in {k.partition(".")[0] for k in _KEYS} | set(_FREE) or "_usd_" in key


def _extended(name: str, inputs: Path, seen: tuple[str, ...]) -> dict[str, Any]:
    file = project_file(name)
    path = Path(name) if file == name else inputs / "projects" / f"{name}.yaml"
    known = project_names(inputs)
    if not path.is_file():
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        listed = f"There are {', '.join(known)}." if known else "Name a YAML file."
        raise InputError([Problem(file, None, None, None, "no such project", hint + listed)])
    own = read_yaml(path, file)
    parent = own.get("extends")
    if parent is None:
        return own
    if not isinstance(parent, str) or file in seen or len(seen) >= _MOST_PARENTS:
        rule, mend = "extends itself, or too many others", "Extend one finished project."
        raise InputError([Problem(file, None, "extends", str(parent), rule, mend)])
    if parent.endswith((".yaml", ".yml")):
        parent = str(path.parent / parent)
    merged = _merged(_extended(parent, inputs, (*seen, file)), own)
    if "name" not in own:
        merged["name"] = path.stem
    return merged


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of the child over those of the parent; null takes a key out."""
    merged = dict(base)
    for key, value in own.items():
        inner = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(inner, dict) and not _is_path(value):
            merged[key] = _merged(inner, value)
        else:
            merged[key] = value
    return merged


def _is_path(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, dict) and bool(value) and all(isinstance(key, int) for key in value)


def _flat(raw: Mapping[str, Any], file: str) -> tuple[dict[str, Any], list[Problem]]:
    """Values by dotted key; unknown keys and groups that are none are problems."""
    values: dict[str, Any] = {}
    problems = []
    for key, value in raw.items():
        if key in _FREE:
            continue
        if key in _TOGETHER:
            if isinstance(value, dict):
                values |= {f"{key}.{inner}": item for inner, item in value.items() if inner != "source"}
            else:
                mend = "Write `key: value` lines."
                problems.append(Problem(file, None, str(key), str(value), "must be a mapping", mend))
        else:
            values[str(key)] = value
    for key in values:
        if key.replace("_usd_", "_cny_") not in _KEYS:
            close = difflib.get_close_matches(key, _KEYS, n=1)
            mend = f"Did you mean {close[0]}?" if close else f"The keys are {', '.join(_KEYS)}."
            problems.append(Problem(file, None, key, None, "no such key", mend))
    return {key: v for key, v in values.items() if key.replace("_usd_", "_cny_") in _KEYS}, problems


def _in_cny(values: Mapping[str, Any], file: str) -> tuple[dict[str, Any], list[Problem]]:
    """Turn prices in US dollars into CNY at the file's rate."""
    rate = values.get("exchange_rate_cny_per_usd")
    dollars = [key for key in values if "_usd_" in key]
    problems = [
        Problem(file, None, key, None, "is given in CNY too", "Keep one of the two.")
        for key in dollars
        if key.replace("_usd_", "_cny_") in values
    ]
    if dollars and not _is_number(rate):
        rule = "prices in US dollars need an exchange rate"
        mend = "Give exchange_rate_cny_per_usd, the rate of the price year."
        return dict(values), [*problems, Problem(file, None, ", ".join(dollars), None, rule, mend)]
    turned = {}
    for key, value in values.items():
        if key in dollars and _is_path(value):
            value = {year: v * rate if _is_number(v) else v for year, v in value.items()}  # noqa: PLW2901
        elif key in dollars and _is_number(value):
            value = value * rate  # noqa: PLW2901
        turned[key.replace("_usd_", "_cny_")] = value
    return turned, problems


def _is_number(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _value_problems(key: str, value: Any, file: str) -> Iterator[Problem]:  # noqa: ANN401
    if key in _WORDS:
        if value not in _WORDS[key]:
            mend = f"Write {' or '.join(_WORDS[key])}."
            yield Problem(file, None, key, str(value), "is not one of the allowed words", mend)
    elif key in _TEXTS:
        if not isinstance(value, str) or not value.strip():
            yield Problem(file, None, key, str(value), "is no text", "Write a text; quote a number.")
    elif key in _PATHS:
        yield from _path_problems(key, value, file)
    elif not _is_number(value):
        yield Problem(file, None, key, str(value), "is no number", "Write a plain number.")
    elif key in _WHOLE:
        low, high = _WHOLE[key]
        if value != int(value) or not low <= value <= high:
            rule, mend = f"is no whole number from {low} to {high}", "Give one in this range."
            yield Problem(file, None, key, str(value), rule, mend)
    else:
        lowest, highest, allowed = _NUMBERS[key]
        if not (lowest < value <= highest or (allowed and value == lowest)):
            rule = f"must lie {'from' if allowed else 'above'} {lowest:g} and not above {highest:g}"
            yield Problem(file, None, key, str(value), rule, "Give a value in this range.")


def _path_problems(key: str, value: Any, file: str) -> Iterator[Problem]:  # noqa: ANN401
    listed = value if isinstance(value, dict) and value else {None: value}
    for year, price in listed.items():
        if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
            mend = "Write years as plain numbers."
            yield Problem(file, None, key, str(year), "is no year", mend)
        elif not _is_number(price) or price < 0:
            mend = "Write a price of nil or more, or one by year."
            yield Problem(file, None, key, str(price), "is no price", mend)


def _missing(values: Mapping[str, Any], file: str) -> list[Problem]:
    wanted = list(_REQUIRED)
    for group, keys in _TOGETHER.items():
        if any(key.startswith(f"{group}.") for key in values):
            wanted += [f"{group}.{key}" for key in keys]
    if any(key.startswith("quota.") for key in values) and not any(
        f"quota.{side}_mt_per_a" in values for side in ("bought", "sold")
    ):
        wanted.append("quota.bought_mt_per_a")
    if any(key.startswith("debt.") for key in values):
        wanted.append("rates.equity")
    if any(key in TAXED for key in values):
        wanted.append("vat")
    if values.get("kind") in ("retrofit", "rebuild", "move"):
        wanted.append("downtime_months")
    if values.get("kind") == "move":
        wanted.append("closure_cny_per_t_a")
    if "renewal_cny_per_t_a" in values:
        wanted.append("renewal_life_a")
    mend = "Give it; nothing that decides money has a default."
    return [Problem(file, None, key, None, "the key is missing", mend) for key in wanted if key not in values]


def _rules(values: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Rules between keys."""
    kind = values.get("kind")
    if kind == "new":
        for key in ("site", "from_cell", "downtime_months"):
            if key in values:
                mend = "Leave it out, or choose another kind."
                yield Problem(file, None, key, str(values[key]), "nothing stands before a new plant", mend)
    if kind in ("retrofit", "rebuild", "new") and "to_region" in values:
        rule, mend = "only a move leads to another region", "Leave it out, or choose the kind move."
        yield Problem(file, None, "to_region", str(values["to_region"]), rule, mend)
    if "quota.bought_mt_per_a" in values and "quota.sold_mt_per_a" in values:
        rule, mend = "quota is bought and sold at once", "Keep the difference."
        yield Problem(file, None, "quota", None, rule, mend)
    months = 12 * max(values.get("construction_years", 0), 1)
    if values.get("downtime_months", 0) > months:
        rule, mend = f"is longer than the {months} months of construction", "Lengthen the construction."
        yield Problem(file, None, "downtime_months", str(values["downtime_months"]), rule, mend)
    if values.get("debt.years", 0) > values.get("life_a", 60) - (values.get("construction_years") == 0):
        rule, mend = "the loan outlives the project", "Shorten the loan."
        yield Problem(file, None, "debt.years", str(values["debt.years"]), rule, mend)
    for side in ("before", "after"):
        volts = [f"{side}.{key}" in values for key in ("voltage_v", "current_efficiency")]
        if any(volts) and (not all(volts) or f"{side}.ac_kwh_per_t" in values):
            rule = "voltage and current efficiency stand together, and in place of the energy"
            yield Problem(file, None, side, None, rule, "Give both, or ac_kwh_per_t alone.")


def _shares(
    given: Any,  # noqa: ANN401
    values: Mapping[str, Any],
    file: str,
) -> tuple[tuple[float, ...], list[Problem]]:
    """Shares of the capex by year of construction; one year needs no list."""
    years = values.get("construction_years")
    if not _is_number(years):
        return (), []
    wanted = max(int(years), 1)  # type: ignore[arg-type]
    if given is None and wanted == 1:
        return (1.0,), []
    if (
        not isinstance(given, list)
        or len(given) != wanted
        or not all(_is_number(share) and share >= 0 for share in given)
        or abs(sum(given) - 1.0) > 1e-9
    ):
        rule = "does not hold one share for each year of construction that add up to 1"
        mend = f"Write {wanted} shares, as [0.4, 0.6]."
        return (), [Problem(file, None, "capex_shares", None if given is None else str(given), rule, mend)]
    return tuple(float(share) for share in given), []


def _ranges(
    given: Any,  # noqa: ANN401
    values: Mapping[str, Any],
    file: str,
) -> tuple[dict[str, tuple[float, float]], list[Problem]]:
    """Low and high of each value that provenance gives them for, by the file's own dotted key."""
    if given is None:
        return {}, []
    if not isinstance(given, dict):
        rule, mend = "must be a mapping", "Write `key: {source: …, basis: …}` lines."
        return {}, [Problem(file, None, "provenance", str(given), rule, mend)]
    ranges, problems = {}, []
    for key, about in given.items():
        if str(key).replace("_usd_", "_cny_") not in _KEYS:
            mend = "Name a key of the file, dotted where it stands in a group."
            problems.append(Problem(file, None, f"provenance.{key}", None, "no such key", mend))
        elif str(key).replace("_usd_", "_cny_") not in values:
            rule, mend = "stands for a value that the file does not give", "Give the value, or take this out."
            problems.append(Problem(file, None, f"provenance.{key}", None, rule, mend))
        elif isinstance(about, dict) and "low" in about and "high" in about:
            low, high = about["low"], about["high"]
            if not (_is_number(low) and _is_number(high) and low <= high):
                rule, mend = "has a low and a high that are no range", "Give numbers, the lower one first."
                problems.append(Problem(file, None, f"provenance.{key}", f"{low}, {high}", rule, mend))
            else:
                ranges[str(key)] = (float(low), float(high))
    return ranges, problems


def read_contract(text: str) -> Mapping[str, Any]:
    """Read an owner's power contract from one line of YAML.

    Parameters
    ----------
    text : str
        As ``{price_cny_per_mwh: 320, vat: included}``.

    Returns
    -------
    mapping

    Raises
    ------
    InputError
        If it is none.
    """
    content, fault = parse_yaml(text)
    good = (
        fault is None
        and isinstance(content, dict)
        and set(content) == {"price_cny_per_mwh", "vat"}
        and _is_number(content["price_cny_per_mwh"])
        and content["price_cny_per_mwh"] >= 0
        and content["vat"] in _WORDS["vat"]
    )
    if not good:
        rule, mend = "is no power contract", "Write {price_cny_per_mwh: 320, vat: included}."
        raise InputError([Problem("contract", None, None, text, rule, mend)])
    return dict(content)
