r"""A subsidy on power by region, source and kind of site: the state pays smelters by the MWh.

The payment is subsidy × power drawn, without value-added tax; a negative subsidy is a surcharge
that smelters pay. It is a transfer: what the power costs stays what it was. Power must be used to
earn it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.data.units import kwh_to_mwh
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies import Payment
from alopt.policies._fields import Fault, by_region, smelter_regions, some_names, word

KINDS = ("existing", "newcomer", "any")


@dataclass(frozen=True)
class Settings:
    """Subsidy in CNY/MWh by region and year; the sources (all if empty) and kind of site that get it."""

    subsidy: Mapping[tuple[str, int], float]
    sources: tuple[str, ...]
    site_kind: str

    FIELDS = ("subsidy_cny_per_mwh", "sources", "site_kind")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; the subsidy must be given, and reach a site."""
        faults: list[Fault] = []
        if "subsidy_cny_per_mwh" not in fields:
            mend = "Give CNY/MWh: a number, by year, or by region."
            return None, [("subsidy_cny_per_mwh", None, "the field is missing", mend)]
        known = smelter_regions(data.fleet)
        subsidy, found = by_region(
            "subsidy_cny_per_mwh",
            fields["subsidy_cny_per_mwh"],
            data.calendar,
            known,
            low=-2000.0,
            high=2000.0,
        )
        faults += found
        sources: tuple[str, ...] = ()
        if "sources" in fields:
            names = {e for sources in data.power.sources.values() for e in sources}
            sources, found = some_names("sources", fields["sources"], names, "no site draws this source")
            faults += found
        kind = fields.get("site_kind", "any")
        faults += word("site_kind", kind, KINDS)
        settings = cls(subsidy, sources, kind)
        if not faults and not any(
            settings.reaches(data, i, e) for i, sources in data.power.sources.items() for e in sources
        ):
            mend = "Name a region, source and kind of site that go together."
            faults.append(("subsidy_cny_per_mwh", None, "no site of the regions draws such power", mend))
        return (None, faults) if faults else (settings, [])

    def reaches(self, data: ModelData, i: str, e: str) -> bool:
        """Whether power of a source at a site gets the subsidy."""
        site = data.fleet.sites[i]
        return (
            any(region == site.region for region, _ in self.subsidy)
            and (not self.sources or e in self.sources)
            and self.site_kind in {site.kind, "any"}
        )


def build(m: Model, settings: Settings) -> None:
    """Add the payment to the objective as a transfer; where power is paid for, it must be used."""
    sites, weight = m.data.fleet.sites, m.data.calendar.weight
    m.transfers["power_subsidy"] = sum(
        -weight[y] * settings.subsidy[sites[i].region, y] * m.electricity[i, e, y, h]
        for i, e, y, h in m.sets.ELECTRICITY
        if settings.reaches(m.data, i, e) and settings.subsidy[sites[i].region, y]
    )
    if any(amount > 0 for amount in settings.subsidy.values()):
        forbid_waste(m)


def forbid_waste(m: Model) -> None:
    """Add the rule that power drawn is power used, once, for policies that reward drawing it."""
    if m.component("power_use") is None:
        add(m, power_use)


@equation(
    "site", "year", "slice",
    over=lambda m: m.sets.SITE_SLICES,
    basis="annual",
    unit="CNY/MWh",
    dual="what a policy would pay for power that nobody uses",
    limit="",
)  # fmt: skip
def power_use(m: Model, i: str, y: int, h: str) -> Any:
    r"""Where a policy rewards power of some kind, no more is drawn than the pots and auxiliaries use.

    .. math:: \sum_e electricity_{i,e,y,h} \le \sum_k AC_k \, production_{i,k,y,h}
       \quad \forall i,y,h \leftrightarrow \lambda^{waste}_{i,y,h} \le 0
    """
    cells = m.data.cells
    used = sum(kwh_to_mwh(cells[k].ac) * m.production[i, k, y, h] for k in m.sets.cells_at[i, y])
    return at_most(sum(m.electricity[i, e, y, h] for e in m.data.power.sources[i]), used)


def payments(data: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Payments by year and site, M CNY a year, from the table of power."""
    drawn = tables["electricity"].totals("electricity_twh", "year", "region", "site", "source")
    for (year, region, site, source), amount in drawn.items():
        if settings.reaches(data, site, source):
            paid = -settings.subsidy[region, year] * amount
            yield Payment(year, "power_subsidy", paid, region, site)
