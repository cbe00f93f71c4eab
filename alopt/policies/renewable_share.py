r"""A least share of renewable power, in the nation and by region, with green certificates or without.

Every MWh counts with the renewable share of its source. Hydro counts whole, own coal units not at
all, and power of a grid with the share of its average that no fossil plant made: this is the
physical share (nuclear power with it), not what a smelter has contracts or certificates for. A
certificate stands for a MWh that is short: it costs its price, paid to green generators, and changes
no power flow. Of a region's power no more than a share may be covered so. Without certificates a
region whose grid is greyer than its share makes no metal. Power must be used to count.

The regional shares may come from tables/renewable_weights.csv; they are the weights set for
aluminium smelting there, and the last one holds from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import interpolate
from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, add_variable, at_least, at_most, equation
from alopt.policies import Payment
from alopt.policies._fields import Fault, by_region, mapping, number, smelter_regions, yearly
from alopt.policies.power_subsidy import forbid_waste

NO_CERTIFICATES = "none"
RECEIVER = "green generators"


@dataclass(frozen=True)
class Settings:
    """Least shares in [0, 1], and the terms of certificates.

    Attributes
    ----------
    national : mapping of year to share, or None
    regional : mapping of (region, year) to share
    price : mapping of year to CNY/MWh, or None
        Price of a certificate without value-added tax; None where there are none.
    limit : float
        Largest share of a region's power that certificates may cover.
    """

    national: Mapping[int, float] | None
    regional: Mapping[tuple[str, int], float]
    price: Mapping[int, float] | None
    limit: float

    FIELDS = ("national_share", "regional", "certificates")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; a share and the word on certificates must be given."""
        faults: list[Fault] = []
        national: dict[int, float] | None = None
        regional: dict[tuple[str, int], float] = {}
        if "national_share" in fields:
            national, found = yearly("national_share", fields["national_share"], data.calendar, high=1.0)
            faults += found
        if "regional" in fields:
            regional, found = _regional(fields["regional"], data)
            faults += found
        if not {"national_share", "regional"} & fields.keys():
            mend = "Give national_share, regional, or both."
            faults.append(("national_share", None, "neither a national nor a regional share is given", mend))
        price, limit, found = _certificates(fields, data)
        faults += found
        return (None, faults) if faults else (cls(national, regional, price, limit), [])


def _regional(value: Any, data: ModelData) -> tuple[dict[tuple[str, int], float], list[Fault]]:
    """Shares by region and year, from the scenario or from the table's set of that name."""
    known = smelter_regions(data.fleet)
    if not isinstance(value, str):
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value) or not value:
            form = "Write {yunnan: 0.7}, or name a set of tables/renewable_weights.csv."
            return {}, [("regional", value, "is no share by region", form)]
        return by_region("regional", value, data.calendar, known, low=0.0, high=1.0)
    points: dict[str, dict[int, float]] = defaultdict(dict)
    table = data.tables["renewable_weights"]
    for row in table:
        if row["weights"] == value and row["region"] in known:
            points[row["region"]][row["year"]] = row["share"]
    if not points:
        sets = ", ".join(sorted({row["weights"] for row in table})) or "none"
        return {}, [
            ("regional", value, "no such set of weights in a region with smelters", f"The table has {sets}.")
        ]
    return {(r, y): interpolate(path, y) for r, path in points.items() for y in data.calendar.years}, []


def _certificates(
    fields: Mapping[str, Any], data: ModelData
) -> tuple[dict[int, float] | None, float, list[Fault]]:
    terms: Any = fields.get("certificates")
    keys = ("price_cny_per_mwh", "share_limit")
    if "certificates" not in fields:
        mend = f"Write none, or give {' and '.join(keys)}."
        return None, 0.0, [("certificates", None, "the field is missing", mend)]
    if terms == NO_CERTIFICATES:
        return None, 0.0, []
    faults = mapping("certificates", terms, keys)
    if faults:
        return None, 0.0, faults
    price, faults = yearly(f"certificates.{keys[0]}", terms[keys[0]], data.calendar, high=10_000.0)
    faults += number(f"certificates.{keys[1]}", terms[keys[1]], low=0.0, high=1.0)
    return price, terms[keys[1]], faults


def build(m: Model, settings: Settings) -> None:
    """Add the least shares, and certificates where they are allowed."""
    m.renewable_rules = settings
    region_years = set(m.sets.REGION_YEARS)
    m.sets.GREEN_REGIONS = sorted(key for key in settings.regional if key in region_years)
    m.sets.GREEN_YEARS = list(m.sets.YEARS) if settings.national is not None else []
    bound = m.sets.REGION_YEARS if m.sets.GREEN_YEARS else m.sets.GREEN_REGIONS
    m.sets.CERTIFICATES = bound if settings.price is not None else []
    add_variable(m, "certificates", ("region", "year"), m.sets.CERTIFICATES)
    forbid_waste(m)
    add(m, renewable_share_region, renewable_share_national, certificate_limit)
    if settings.price is not None:
        weight = m.data.calendar.weight
        m.transfers["renewable_share"] = sum(
            weight[y] * settings.price[y] * m.certificates[r, y] for r, y in m.sets.CERTIFICATES
        )


def _drawn(m: Model, regions: Iterable[str], y: int) -> Iterator[tuple[float, Any]]:
    """Renewable share and amount of all power that regions draw in a year."""
    power = m.data.power
    for r in regions:
        for i in m.sets.sites_in[r]:
            if (i, y) in m.sets.cells_at:
                for e in power.sources[i]:
                    for h in power.slices_of[i]:
                        yield power.renewable_share[i, e, y], m.electricity[i, e, y, h]


def _covered(m: Model, regions: list[str], y: int, least: float) -> Any:
    """Renewable power and certificates of regions, less the share of their power that is asked for."""
    held = sum(m.certificates[r, y] for r in regions if (r, y) in m.certificates)
    return held + sum((share - least) * amount for share, amount in _drawn(m, regions, y))


@equation(
    "region", "year",
    over=lambda m: m.sets.GREEN_REGIONS,
    basis="annual",
    unit="CNY/MWh",
    dual="what one more MWh of renewable power in the region would save",
    limit="regional",
)  # fmt: skip
def renewable_share_region(m: Model, r: str, y: int) -> Any:
    r"""Of the power of a region's smelters, a share is renewable or covered by certificates.

    .. math:: \sum_{i \in r,e,h} renewable_{i,e,y} \, electricity_{i,e,y,h} + certificates_{r,y}
       \ge share_{r,y} \sum_{i \in r,e,h} electricity_{i,e,y,h}
       \quad \forall r,y \leftrightarrow \gamma^{green}_{r,y} \ge 0
    """
    return at_least(_covered(m, [r], y, m.renewable_rules.regional[r, y]), 0.0)


@equation(
    "year",
    over=lambda m: m.sets.GREEN_YEARS,
    basis="annual",
    unit="CNY/MWh",
    dual="what one more MWh of renewable power anywhere would save, besides what it is worth to its region",
    limit="national_share",
)  # fmt: skip
def renewable_share_national(m: Model, y: int) -> Any:
    r"""Of all smelters' power, a share is renewable or covered by certificates.

    .. math:: \sum_{i,e,h} renewable_{i,e,y} \, electricity_{i,e,y,h} + \sum_r certificates_{r,y}
       \ge share_y \sum_{i,e,h} electricity_{i,e,y,h}
       \quad \forall y \leftrightarrow \bar\gamma^{green}_y \ge 0
    """
    return at_least(_covered(m, m.sets.REGIONS, y, m.renewable_rules.national[y]), 0.0)


@equation(
    "region", "year",
    over=lambda m: m.sets.CERTIFICATES,
    basis="annual",
    unit="CNY/MWh",
    dual="what covering one more MWh of the region by certificate would save",
    limit="certificates.share_limit",
)  # fmt: skip
def certificate_limit(m: Model, r: str, y: int) -> Any:
    r"""Certificates cover no more than a share of a region's power.

    .. math:: certificates_{r,y} \le limit \sum_{i \in r,e,h} electricity_{i,e,y,h}
       \quad \forall r,y \leftrightarrow \gamma^{certificate}_{r,y} \le 0
    """
    drawn = sum(amount for _, amount in _drawn(m, [r], y))
    return at_most(m.certificates[r, y], m.renewable_rules.limit * drawn)


def payments(data: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Payments by year and region, M CNY a year: certificates for what the power drawn falls short.

    What the nation lacks beyond its regions has no region.
    """
    if settings.price is None:
        return
    drawn: dict[tuple[str, int], float] = defaultdict(float)
    green: dict[tuple[str, int], float] = defaultdict(float)
    for row in tables["electricity"].records():
        y, key = row["year"], (row["region"], row["year"])
        drawn[key] += row["electricity_twh"]
        green[key] += row["electricity_twh"] * data.power.renewable_share[row["site"], row["source"], y]
    for y, price in settings.price.items():
        short = {
            r: settings.regional.get((r, t), 0.0) * drawn[r, t] - green[r, t] for r, t in drawn if t == y
        }
        bought = {r: max(0.0, amount) for r, amount in sorted(short.items())}
        if settings.national is not None:
            lacking = sum(settings.national[y] * drawn[r, y] - green[r, y] for r in bought)
            bought[""] = max(0.0, lacking - sum(bought.values()))
        for r, amount in bought.items():
            yield Payment(y, "renewable_share", price * amount, r, receiver=RECEIVER)
