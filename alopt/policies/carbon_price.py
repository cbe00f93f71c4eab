r"""A price on emissions, with output-based allocation.

The payment is (covered emissions − benchmark × output) × price. Without a benchmark every
tonne pays; a benchmark above the emission makes the payment a subsidy. Where allocation
equals verified emissions the marginal price is nil: leave the policy out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.emissions import NESTED, emissions
from alopt.model.equations import Model
from alopt.model.materials import output
from alopt.policies import Payment
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
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; price and scope must be given, the benchmark may be left out."""
        faults: list[Fault] = [
            (name, None, "the field is missing", "Give it.")
            for name in ("price_cny_per_t", "scope")
            if name not in fields
        ]
        if faults:
            return None, faults
        price, found = yearly("price_cny_per_t", fields["price_cny_per_t"], data.calendar, high=100_000.0)
        faults += found + word("scope", fields["scope"], SCOPES)
        benchmark, found = yearly(
            "benchmark_t_per_t", fields.get("benchmark_t_per_t", 0.0), data.calendar, high=100.0
        )
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


def payments(_: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Payments by year and site, M CNY a year, from the emission and production tables."""
    nested = set(NESTED[: NESTED.index(settings.scope) + 1])
    made = tables["production"].totals("production_mt", "year", "region", "site")
    emitted: dict[Any, float] = dict.fromkeys(made, 0.0)
    for row in tables["emissions"].records():
        if row["boundary"] in nested:
            key = (row["year"], row["region"], row["site"])
            emitted[key] = emitted.get(key, 0.0) + row["emissions_mt_co2e"]
    for (year, region, site), amount in emitted.items():
        allocated = settings.benchmark[year] * made.get((year, region, site), 0.0)
        paid = settings.price[year] * (amount - allocated)
        yield Payment(year, "carbon_price", paid, region, site)
