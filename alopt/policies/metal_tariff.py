r"""Duties on metal at the border, on top of those that the price steps hold already.

The payment is Σ imports × duty + Σ exports × duty, with a duty in CNY/t or a rate of the step's
price without VAT. The prices of ``import_steps`` and ``export_steps`` hold the duties of today, so
these are changes: an import duty comes on top; an export duty comes on top or, where it is
negative, takes away from what the state takes today. From an old rate on the border price to a
new one, the rate here is (1 + new) / (1 + old) - 1 of the import step's price without VAT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.markets import Step
from alopt.data.model_data import ModelData
from alopt.model.equations import Model
from alopt.policies import SMELTERS, Payment
from alopt.policies._fields import Fault, yearly

#: Who brings metal into the country.
IMPORTERS = "importers"

#: Duty by step and year, CNY/t.
Duties = Mapping[tuple[str, int], float]


@dataclass(frozen=True)
class Settings:
    """Duty by step and year in CNY/t, on imports and on exports; empty where none is set."""

    import_duty: Duties
    export_duty: Duties

    FIELDS = ("import_cny_per_t", "import_rate", "export_cny_per_t", "export_rate")

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; a duty is given once, and there must be trade that it meets."""
        if not fields:
            return None, [("import_rate", None, "no duty is given", f"Give one of {', '.join(cls.FIELDS)}.")]
        markets = data.markets
        duties, faults = {}, []
        for side, steps in (
            ("import", markets.import_steps),
            ("export", markets.export_steps),
        ):
            duties[side], found = _duty(side, steps, fields, data)
            faults += found
        return cls(duties["import"], duties["export"]), faults


def _duty(
    side: str, steps: tuple[Step, ...], fields: Mapping[str, Any], data: ModelData
) -> tuple[dict[tuple[str, int], float], list[Fault]]:
    """Duty of one side by step and year; only exports may have a negative one."""
    given = [name for name in (f"{side}_cny_per_t", f"{side}_rate") if name in fields]
    if not given:
        return {}, []
    if len(given) > 1:
        return {}, [(given[1], None, "the duty is given twice", "Give a rate or CNY/t.")]
    (name,) = given
    faults: list[Fault] = []
    if not steps:
        mend = f"Add steps to tables/{side}_steps.csv and a port, or drop the field."
        faults.append((name, None, f"there is no metal trade to meet: no {side}s", mend))
    rate = name.endswith("rate")
    high = 10.0 if rate else 1e5
    low = 0.0 if side == "import" else (-1.0 if rate else -1e5)
    duty, found = yearly(name, fields[name], data.calendar, low=low, high=high)
    if faults or found:
        return {}, faults + found
    years = data.calendar.years
    return {(s.key, y): duty[y] * (s.price if rate else 1.0) for s in steps for y in years}, []


def build(m: Model, settings: Settings) -> None:
    """Add the duties to the objective as transfers."""
    weight = m.data.calendar.weight
    if any(settings.import_duty.values()):
        m.transfers["import_duty"] = sum(
            weight[y] * settings.import_duty[step, y] * m.imports[d, step, y] for d, step, y in m.sets.IMPORTS
        )
    if any(settings.export_duty.values()):
        m.transfers["export_duty"] = sum(
            weight[y] * settings.export_duty[step, y] * m.exports[r, step, y] for r, step, y in m.sets.EXPORTS
        )


def payments(data: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Duties by year and place, M CNY a year: importers pay on imports, smelters on exports."""
    sides = {
        "import": (settings.import_duty, "destination", IMPORTERS),
        "export": (settings.export_duty, "origin", SMELTERS),
    }
    for row in tables["trade"].records():
        duty, end, payer = sides[row["direction"]]
        if row["material"] == "metal" and duty:
            year, place = row["year"], row[end]
            region = data.markets.markets[place].region if payer == IMPORTERS else place
            paid = duty[row["step"], year] * row["amount_mt"]
            yield Payment(year, f"{row['direction']}_duty", paid, region, payer=payer)
