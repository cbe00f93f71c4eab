"""One owner's smelters: their place on the cost curve, and what each policy would cost them."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from alopt.analysis.cost_curve import cost_curve, site_alumina, site_power
from alopt.analysis.project import Place, emissions_of, fleet_need
from alopt.data.model_data import ModelData
from alopt.data.units import kwh_to_mwh
from alopt.errors import UsageError
from alopt.model.emissions import sources_within
from alopt.results.table import ResultTable

#: Carbon price at which exposure is shown, CNY/t CO2e.
CARBON_PRICE = 100.0

#: Rise of a power price or a fee, CNY/MWh, of the price of coal, and of alumina in CNY/t.
POWER_RISE = 10.0
COAL_RISE = 0.1
ALUMINA_RISE = 100.0

COLUMNS = (
    "owner", "site", "name", "region", "cells", "capacity_mt_per_a", "ac_kwh_per_t", "captive_share",
    "power_price_cny_per_mwh", "full_cost_cny_per_t", "rank", "smelters", "output_below_share",
    "profit_cny_per_t", "carbon_100_direct_cny_per_t", "carbon_100_scope_1_2_cny_per_t",
    "tier_surcharge_cny_per_t", "captive_fee_10_cny_per_t", "power_10_cny_per_t",
    "coal_10_percent_cny_per_t", "alumina_100_cny_per_t",
)  # fmt: skip


def owner_view(
    data: ModelData, owner: str, contract: Mapping[str, Any] | None = None, ladder: str | None = None
) -> ResultTable:
    """List an owner's smelters with cost, rank and exposure to policies.

    Parameters
    ----------
    data : ModelData
        At smelter resolution, with market prices.
    owner : str
        As in `tables/sites.csv`; case does not matter.
    contract : mapping, optional
        The owner's own power contract, ``price_cny_per_mwh`` and ``vat`` (included or excluded), as
        :func:`alopt.data.projects.read_contract` reads it: all power of its smelters at this price.
    ladder : str, optional
        Ladder of `tables/tariff_ladders.csv` for the tiered tariff; none is shown without it.

    Returns
    -------
    ResultTable
        Cheapest first. Costs, prices and profit as on the cost curve, with VAT; exposures without,
        in CNY per tonne of metal: a carbon price of 100 CNY/t on direct emissions and with power,
        the tiered tariff at the smelter's mean, 10 CNY/MWh on captive power and on all power, coal
        of captive power a tenth dearer, and alumina that is bought 100 CNY/t dearer.

    Raises
    ------
    UsageError
        If the owner has no standing smelter, or there is no such ladder.
    """
    rows = [dict(row) for row in cost_curve(data).table.records()]
    mine = {row["site"] for row in rows if row["owner"].casefold() == owner.casefold()}
    if not mine:
        known = sorted({row["owner"] for row in rows})
        close = difflib.get_close_matches(owner, known, n=3, cutoff=0.4)
        raise UsageError(f"No standing smelter belongs to {owner}; did you mean {', '.join(close or known)}?")
    if contract is not None:
        _contracted([row for row in rows if row["site"] in mine], data, contract)
    rows.sort(key=lambda row: (row["full_cost_cny_per_t"], row["site"]))
    steps = _steps(data, ladder)
    made, below = sum(row["output_mt"] for row in rows), 0.0
    power = site_power(data, _prices(data), data.calendar.years[0], fleet_need(data))
    listed = []
    for rank, row in enumerate(rows, 1):
        if row["site"] in mine:
            place = Place(row["site"], power[row["site"]], site_alumina(data, _prices(data), row["site"]))
            figures = {
                **row, "rank": rank, "smelters": len(rows), "output_below_share": below / made,
                "cells": _cells(data, row["site"]), **_exposure(data, place, row, steps),
            }  # fmt: skip
            listed.append(tuple(figures[column] for column in COLUMNS))
        below += row["output_mt"]
    return ResultTable("owner", COLUMNS, listed)


def _prices(data: ModelData) -> Any:  # noqa: ANN401
    return data.market_prices  # the cost curve has refused data without prices


def _contracted(rows: list[dict[str, Any]], data: ModelData, contract: Mapping[str, Any]) -> None:
    """Put the owner's own power price into its rows."""
    price = float(contract["price_cny_per_mwh"])
    if contract["vat"] == "excluded":
        price *= 1.0 + data.vat["power"]
    for row in rows:
        change = kwh_to_mwh(row["ac_kwh_per_t"]) * price - row["power_cny_per_t"]
        row["power_price_cny_per_mwh"] = price
        row["power_cny_per_t"] += change
        row["cash_cost_cny_per_t"] += change
        row["full_cost_cny_per_t"] += change
        if row["profit_cny_per_t"] is not None:
            row["profit_cny_per_t"] -= change


def _steps(data: ModelData, ladder: str | None) -> Any:  # noqa: ANN401
    if ladder is None:
        return ()
    from alopt.policies.tiered_tariff import Settings  # noqa: PLC0415 - it imports Pyomo

    settings, faults = Settings.read({"ladder": ladder, "basis": "site"}, data)
    if settings is None:
        raise UsageError(f"The ladder {ladder}: {faults[0][2]}. {faults[0][3]}")
    return settings.steps[data.calendar.years[0]]


def _cells(data: ModelData, site: str) -> str:
    held = {k: amount for (i, k), amount in data.fleet.start.items() if i == site}
    return "; ".join(f"{k} {amount:.3g}" for k, amount in sorted(held.items()))


def _exposure(data: ModelData, place: Place, row: Mapping[str, Any], steps: Any) -> dict[str, float]:  # noqa: ANN401
    from alopt.policies.tiered_tariff import payment_per_tonne  # noqa: PLC0415 - it imports Pyomo

    held = {k: amount for (i, k), amount in data.fleet.start.items() if i == row["site"]}
    total = sum(held.values())
    mean: dict[str, float] = defaultdict(float)
    for k, amount in held.items():
        for source, value in emissions_of(data, place, data.cells[k]).items():
            mean[source] += value * amount / total
    direct = sum(mean[source] for source in sources_within("direct"))
    ac, captive = kwh_to_mwh(row["ac_kwh_per_t"]), row["captive_share"]
    power = ac * place.power.emission_factor[data.calendar.years[0]]
    costs = data.power.captive_costs.get(row["region"])
    coal = costs.parts["coal"] if costs is not None and captive else 0.0
    return {
        "carbon_100_direct_cny_per_t": CARBON_PRICE * direct,
        "carbon_100_scope_1_2_cny_per_t": CARBON_PRICE * (direct + power),
        "tier_surcharge_cny_per_t": payment_per_tonne(row["ac_kwh_per_t"], steps) if steps else 0.0,
        "captive_fee_10_cny_per_t": POWER_RISE * captive * ac,
        "power_10_cny_per_t": POWER_RISE * ac,
        "coal_10_percent_cny_per_t": COAL_RISE * coal * captive * ac,
        "alumina_100_cny_per_t": (
            ALUMINA_RISE * data.parameters["alumina_t_per_t"] * (1.0 - row["own_alumina_share"])
        ),
    }
