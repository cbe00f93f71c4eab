"""Rows and columns of the model in the words of a reader: names of places, years, units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alopt.data.calendar import WHOLE_YEAR
from alopt.data.model_data import ModelData
from alopt.model.equations import EQUATIONS

#: Amounts behind the units of shadow prices: M CNY per CNY/MWh is TWh, and so on.
_AMOUNTS = (
    ("CNY/MWh", "TWh"),
    ("CNY/t CO2", "Mt CO2e"),
    ("CNY/t·a", "Mt/a"),
    ("CNY per t/a", "Mt/a"),
    ("CNY/t", "Mt"),
    ("CNY per kW", "GW"),
    ("CNY/kW", "GW"),
)

#: Amounts smaller than this are rounding.
_NIL = 1e-9

#: What each decision does, and the unit of its amount.
ACTIVITIES = {
    "capacity": ("capacity", "Mt/a"),
    "new_capacity": ("new capacity", "Mt/a"),
    "retired_capacity": ("retired capacity", "Mt/a"),
    "retrofitted_capacity": ("retrofits", "Mt/a"),
    "retrofitted_plants": ("retrofitted plants", "Mt/a"),
    "running": ("running capacity", "Mt/a"),
    "restarted": ("restarts", "Mt/a"),
    "reopened": ("reopened capacity", "Mt/a"),
    "swung_production": ("output", "Mt"),
    "electricity": ("power drawn", "TWh"),
    "refining": ("alumina made or landed", "Mt"),
    "alumina_shipments": ("alumina shipments", "Mt"),
    "conveyed_alumina": ("alumina from next door", "Mt"),
    "ore_shipments": ("ore shipments", "Mt"),
    "liquid_metal": ("liquid metal", "Mt"),
    "ingot_shipments": ("ingot shipments", "Mt"),
    "remelted_metal": ("remelted metal", "Mt"),
    "imports": ("imports of metal", "Mt"),
    "exports": ("exports of metal", "Mt"),
    "unserved_demand": ("demand that goes unserved", "Mt"),
    "potlining_treated": ("spent potlining treated", "Mt"),
    "quota_stock": ("quota", "Mt/a"),
    "quota_transfer": ("quota moved", "Mt/a"),
    "surrendered_quota": ("surrendered quota", "Mt/a"),
}


def unit_of(constraint: str) -> str:
    """Unit of a constraint's right-hand side, read from that of its shadow price.

    >>> unit_of("supply_limit"), unit_of("own_rule")
    ('TWh', '')
    """
    known = EQUATIONS.get(constraint)
    if known is None:
        return ACTIVITIES.get(constraint.removeprefix("bound of "), ("", ""))[1]
    return next((unit for money, unit in _AMOUNTS if known.unit.startswith(money)), "")


def plain(name: str) -> str:
    """Write a name of the model as words."""
    return name.replace("_", " ")


def amount(value: float, unit: str = "") -> str:
    """Write an amount with four digits, or all those before the point.

    >>> amount(4.1, "TWh"), amount(12345.6), amount(0.24000001, "Mt/a")
    ('4.1 TWh', '12,346', '0.24 Mt/a')
    """
    size = abs(value)
    text = "0" if size < _NIL else f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"
    return f"{text} {unit}".strip()


def joined(parts: list[str], word: str = "and") -> str:
    """Join words as in a sentence.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else ""


def years_in_words(years: list[int]) -> str:
    """Write years, a run of many as its ends.

    >>> years_in_words([2025, 2030]), years_in_words([2025, 2030, 2035, 2040])
    ('2025 and 2030', '2025 to 2040')
    """
    return f"{years[0]} to {years[-1]}" if len(years) > 3 else joined([str(y) for y in years])


class Names:
    """Names of what the tables call by keys."""

    def __init__(self, data: ModelData) -> None:
        self.data = data
        self._regions = {row["region"]: row["name"] for row in data.tables["regions"]}

    def region(self, key: str) -> str:
        """Name of a region."""
        return str(self._regions.get(key, key))

    def site(self, key: str) -> str:
        """Name of a site; a pooled one is named after its region."""
        site = self.data.fleet.sites.get(key)
        return self.region(key) if site is None else site.name

    def season(self, key: str) -> str:
        """Season or slice in words; nothing for the whole year."""
        return "" if key == WHOLE_YEAR else f"{plain(key)} season" if key in {"wet", "dry"} else plain(key)

    def member(self, kind: str, key: Any) -> str:  # noqa: ANN401
        """Name of one member of an index."""
        if kind == "pool" and key in self.data.power.pools:
            pool = self.data.power.pools[key]
            return f"{plain(pool.source)} of {self.region(pool.region)}"
        if kind in {"region", "from_region", "to_region"}:
            return self.region(key)
        if kind in {"site", "point"}:
            return self.site(key)
        if kind in {"season", "slice"}:
            return self.season(key)
        return plain(str(key))

    def place(self, kinds: tuple[str, ...], index: Any) -> str:  # noqa: ANN401
        """Write an index as words: who, in which season and year.

        Parameters
        ----------
        kinds : tuple of str
            Names of the index members.
        index : tuple or single value
        """
        members = index if isinstance(index, tuple) else () if index is None else (index,)
        named = list(zip(kinds, members, strict=False)) or [("", member) for member in members]
        who = [self.member(k, v) for k, v in named if k not in {"year", "season", "slice"}]
        when = [self.member(k, v) for k, v in named if k in {"season", "slice"}]
        when += [str(v) for k, v in named if k == "year"]
        return ", ".join(part for part in (", ".join(who), " ".join(w for w in when if w)) if part)


def year_of(kinds: tuple[str, ...], index: Any) -> int | None:  # noqa: ANN401
    """Model year of an index, if it has one."""
    members = index if isinstance(index, tuple) else (index,)
    return next((int(v) for k, v in zip(kinds, members, strict=False) if k == "year"), None)


def region_of(data: ModelData, kinds: tuple[str, ...], index: Any) -> str | None:  # noqa: ANN401
    """Region in which a row or column lies, if it lies in one."""
    members = index if isinstance(index, tuple) else (index,)
    places: dict[str, Mapping[str, Any]] = {
        "site": data.fleet.sites,
        "point": data.fleet.sites,
        "pool": data.power.pools,
        "market": data.markets.markets,
        "refinery": data.materials.refineries,
    }
    for kind, key in zip(kinds, members, strict=False):
        if kind == "region" or (kind == "point" and key not in data.fleet.sites):
            return str(key)
        if key in places.get(kind, {}):
            return str(places[kind][key].region)
    return None
