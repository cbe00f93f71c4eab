"""Market prices of a month, as the trade quotes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from alopt.data.needs import FULL_COST_VAT
from alopt.data.scenario import read_yaml
from alopt.data.units import without_vat
from alopt.errors import InputError, Problem

#: Component whose rate of value-added tax each price carries.
_VAT = {
    "alumina_cny_per_t": "alumina",
    "anode_cny_per_t": "carbon_materials",
    "metal_cny_per_t": "metal",
    "power_cny_per_mwh": "power",
}

#: Prices that may be given by region.
_BY_REGION = ("alumina_cny_per_t", "power_cny_per_mwh")

_REQUIRED = ("month", "vat", "alumina_cny_per_t", "anode_cny_per_t")

_PUBLISHED = ("mean_cny_per_t", "lowest_cny_per_t", "highest_cny_per_t")

_KEYS = (*_REQUIRED, "metal_cny_per_t", "power_cny_per_mwh", "coal_multiplier", "provenance", "published")

Price = float | Mapping[str, float]


@dataclass(frozen=True)
class MarketPrices:
    """Prices of one month without value-added tax.

    Attributes
    ----------
    month : str
        Month or name.
    alumina : float or mapping of str to float
        CNY/t at the refinery's gate, of the whole country or by region.
    anode : float
        CNY/t.
    metal : float or None
        CNY/t; None where the file gives none.
    power : float or mapping of str to float or None
        CNY/MWh of all power that smelters draw, or by region; None leaves the tables' prices.
    coal_multiplier : float
        On the coal price of captive power.
    published : mapping of str to float
        Full cost of the month as published, CNY/t with value-added tax: mean, lowest, highest.
    """

    month: str
    alumina: Price
    anode: float
    metal: float | None
    power: Price | None
    coal_multiplier: float
    published: Mapping[str, float]


def price_path(name: str, inputs: Path) -> Path:
    """File of a month in `prices/`, or the path itself where a YAML file is named."""
    return Path(name) if name.endswith((".yaml", ".yml")) else inputs / "prices" / f"{name}.yaml"


def price_names(inputs: Path) -> list[str]:
    """Months for which a folder of inputs has prices."""
    return sorted(path.stem for path in (inputs / "prices").glob("*.yaml"))


def load_prices(
    name: str,
    inputs: Path,
    vat: Mapping[str, float],
    regions: Mapping[str, set[str]],
) -> MarketPrices:
    """Read the prices of a month.

    Parameters
    ----------
    name : str
        A month in `prices/`, or a path to a YAML file.
    inputs : Path
        Folder of the inputs.
    vat : mapping of str to float
        Rates by component.
    regions : mapping of str to set of str
        Regions that each price may name: of refineries and ports for alumina, of smelters for power.

    Returns
    -------
    MarketPrices

    Raises
    ------
    InputError
        With every problem found.
    """
    path = price_path(name, inputs)
    file = name if path == Path(name) else f"prices/{path.name}"
    if not path.exists():
        known = price_names(inputs)
        mend = f"There are {', '.join(known)}; or name a YAML file." if known else "Name a YAML file."
        raise InputError([Problem(file, None, None, None, "no such prices", mend)])
    content = read_yaml(path, file)
    problems = _problems(content, file, regions)
    if not problems and content["vat"] == "included":
        problems = _missing_rates(content, vat)
    if problems:
        raise InputError(problems)
    net = {
        key: without_vat(vat[component]) if content["vat"] == "included" else 1.0
        for key, component in _VAT.items()
        if key in content
    }
    published = content.get("published", {})
    return MarketPrices(
        month=str(content["month"]),
        alumina=_times(content["alumina_cny_per_t"], net["alumina_cny_per_t"]),
        anode=float(content["anode_cny_per_t"]) * net["anode_cny_per_t"],
        metal=(
            float(content["metal_cny_per_t"]) * net["metal_cny_per_t"]
            if "metal_cny_per_t" in content
            else None
        ),
        power=(
            _times(content["power_cny_per_mwh"], net["power_cny_per_mwh"])
            if "power_cny_per_mwh" in content
            else None
        ),
        coal_multiplier=float(content.get("coal_multiplier", 1)),
        published={key: float(published[key]) for key in _PUBLISHED if key in published},
    )


def _missing_rates(content: Mapping[str, Any], vat: Mapping[str, float]) -> list[Problem]:
    """Rates that the prices need, besides those that every full cost needs."""
    return [
        Problem(
            "tables/vat_rates.csv",
            None,
            "component",
            component,
            "the rate of this component is missing, which prices with VAT need",
            "Add its row, or give the prices without VAT.",
        )
        for key, component in _VAT.items()
        if key in content and component not in vat and component not in FULL_COST_VAT
    ]


def _times(price: Any, factor: float) -> Price:  # noqa: ANN401
    if isinstance(price, dict):
        return {region: float(value) * factor for region, value in price.items()}
    return float(price) * factor


def _problems(content: Mapping[str, Any], file: str, regions: Mapping[str, set[str]]) -> list[Problem]:
    problems = [
        Problem(file, None, str(key), None, "no such key", f"The keys are {', '.join(_KEYS)}.")
        for key in content
        if key not in _KEYS
    ]
    problems += [
        Problem(file, None, key, None, "the key is missing", "Give it.")
        for key in _REQUIRED
        if key not in content
    ]
    if "vat" in content and content["vat"] not in {"included", "excluded"}:
        mend = "Write included or excluded."
        problems.append(
            Problem(file, None, "vat", str(content["vat"]), "is not one of the allowed words", mend)
        )
    for key in (*_VAT, "coal_multiplier"):
        if key in content:
            problems += _price_problems(key, content[key], file, regions)
    for key, value in _mapping(content, "published", file, problems).items():
        if key in _PUBLISHED:
            problems += _price_problems(f"published.{key}", value, file, regions)
        elif key != "source":
            mend = f"The keys are {', '.join((*_PUBLISHED, 'source'))}."
            problems.append(Problem(file, None, f"published.{key}", None, "no such key", mend))
    _mapping(content, "provenance", file, problems)
    return problems


def _mapping(content: Mapping[str, Any], key: str, file: str, problems: list[Problem]) -> Mapping[str, Any]:
    found = content.get(key, {})
    if isinstance(found, dict):
        return found
    problems.append(Problem(file, None, key, str(found), "must be a mapping", "Write `key: value` lines."))
    return {}


def _price_problems(
    key: str,
    value: Any,  # noqa: ANN401
    file: str,
    regions: Mapping[str, set[str]],
) -> list[Problem]:
    if isinstance(value, dict) and key in _BY_REGION and value:
        unknown = [str(region) for region in value if region not in regions[key]]
        if unknown:
            mend = f"Use {', '.join(sorted(regions[key]))}."
            return [Problem(file, None, key, ", ".join(unknown), "no such region", mend)]
        return [
            problem
            for region, inner in value.items()
            for problem in _price_problems(f"{key}.{region}", inner, file, regions)
        ]
    if isinstance(value, bool) or not isinstance(value, int | float):
        mend = "Write a plain number, or one by region." if key in _BY_REGION else "Write a plain number."
        return [Problem(file, None, key, str(value), "is no number", mend)]
    if not isfinite(value) or value < 0 or (value == 0 and not key.startswith("power")):
        return [Problem(file, None, key, str(value), "must be above zero", "Give a price above zero.")]
    return []
