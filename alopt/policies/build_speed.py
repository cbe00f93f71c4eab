r"""Build speed: other limits on new and rebuilt lines than those of the parameters, by year.

The limits stand in the rows of the model's own build rates, in Mt/a a year: of a region, of each
region, or of the nation, from the first year listed: new + rebuilt capacity of a period is at most
limit times its years. What has no limit here keeps the parameter's. The duals of those rows
(``regional_build_rate``, ``national_build_rate``; once, CNY per t/a) say what one more t/a built in
the period would save.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.equations import Model
from alopt.policies._areas import NATION, by_area, named
from alopt.policies._fields import Fault, smelter_regions


@dataclass(frozen=True)
class Settings:
    """Mt/a that may be built a year, by region or `nation` and model year."""

    limits: Mapping[str, Mapping[int, float]]

    FIELDS = ("limits_mt_per_a",)

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; the limits must be given, each where something can be built."""
        name = "limits_mt_per_a"
        if name not in fields:
            return None, [(name, None, "the field is missing", "Give it.")]
        fleet = data.fleet
        limits, faults = by_area(name, fields[name], {}, smelter_regions(fleet), data.calendar, high=1000.0)
        builders = {fleet.sites[i].region for i, _ in fleet.new_build}
        builders |= {
            fleet.sites[i].region for i, j, k in fleet.site_arcs if data.arcs[j, k].kind == "rebuild"
        }
        faults += [
            (f"{name}.{area}", None, "limits nothing: nothing can be built there", "Remove the area.")
            for area in limits
            if area != NATION and named(fields[name], area) and area not in builders
        ]
        return cls(limits), faults

    def limit(self, area: str, y: int) -> float | None:
        """Limit of a region or of the nation in a year, None where the parameter holds."""
        return self.limits.get(area, {}).get(y)


def build(m: Model, settings: Settings) -> None:
    """Nothing to add: the rows of build rates read the limits."""
