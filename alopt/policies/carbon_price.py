r"""A price on emissions, with output-based allocation.

The payment is (covered emissions − benchmark × output) × price. Without a benchmark every
tonne pays; a benchmark above the emission makes the payment a subsidy. Where allocation
equals verified emissions the marginal price is nil: leave the policy out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.fleet import Fleet
from alopt.model.emissions import emissions
from alopt.model.equations import Model
from alopt.model.materials import output
from alopt.policies._fields import Fault, word, yearly

SCOPES = ("direct", "smelter_scope_1_2")


@dataclass(frozen=True)
class Settings:
    """Price by year in CNY/t CO2e, scope of coverage, benchmark by year in t CO2e per t of metal."""

    price: Mapping[int, float]
    scope: str
    benchmark: Mapping[int, float]

    FIELDS = ("price_cny_per_t", "scope", "benchmark_t_per_t")

    @classmethod
    def read(
        cls, fields: Mapping[str, Any], calendar: Calendar, _: Fleet, __: Mapping[str, Any]
    ) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; price and scope must be given, the benchmark may be left out."""
        faults: list[Fault] = [
            (name, None, "the field is missing", "Give it.")
            for name in ("price_cny_per_t", "scope")
            if name not in fields
        ]
        if faults:
            return None, faults
        price, found = yearly("price_cny_per_t", fields["price_cny_per_t"], calendar, high=100_000.0)
        faults += found + word("scope", fields["scope"], SCOPES)
        benchmark, found = yearly("benchmark_t_per_t", fields.get("benchmark_t_per_t", 0.0), calendar, high=100.0)
        return cls(price, fields["scope"], benchmark), faults + found


def build(m: Model, settings: Settings) -> None:
    """Add the payment to the objective as a transfer."""
    weight = m.data.calendar.weight
    m.transfers["carbon_price"] = sum(
        weight[y]
        * settings.price[y]
        * (
            emissions(m, settings.scope, y)
            - settings.benchmark[y] * sum(output(m, i, y) for i in m.sets.SITES)
        )
        for y in m.sets.YEARS
        if settings.price[y]
    )


def payments(_: Any, settings: Settings, frames: Mapping[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Payments by year and site, M CNY a year, from the emission and production tables."""
    covered = frames["emissions"]
    nested = {"direct": ["direct"], "smelter_scope_1_2": ["direct", "smelter_scope_1_2"]}[settings.scope]
    covered = covered[covered["boundary"].isin(nested)]
    emitted = covered.groupby(["year", "region", "site"])["emissions_mt_co2e"].sum()
    made = frames["production"].groupby(["year", "region", "site"])["production_mt"].sum()
    for key, amount in emitted.items():
        year, region, site = key
        paid = settings.price[year] * (amount - settings.benchmark[year] * float(made.get(key, 0.0)))
        yield {"year": year, "region": region, "site": site, "component": "carbon_price", "cost_m_cny": paid}
