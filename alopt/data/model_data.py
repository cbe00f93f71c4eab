"""Everything a model is built from: validated, in model units, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.calendar import Calendar
from alopt.data.cells import Arc, Cell
from alopt.data.fleet import Fleet
from alopt.data.markets import Markets
from alopt.data.materials import Materials
from alopt.data.power import Power
from alopt.data.prices import MarketPrices
from alopt.data.scenario import Scenario
from alopt.data.tables import Table


@dataclass(frozen=True)
class ModelData:
    """The input of a model; every part is documented in its own class.

    Attributes
    ----------
    scenario : Scenario
    tables : mapping of str to Table
        Every table as solved, after overrides.
    calendar : Calendar
    cells : mapping of str to Cell
    arcs : mapping of (from_cell, to_cell) to Arc
    fleet : Fleet
    power : Power
    materials : Materials
    markets : Markets
    parameters : mapping of str to float
        Single values without VAT, in the units of tables/parameters.csv; a value that nothing
        in the inputs uses may be absent.
    vat : mapping of str to float
        Rate by cost component, where a price or the full cost needs it.
    gwp : mapping of str to float
        t CO2e per t of gas, of the scenario's assessment report, for gases that cells emit.
    capex_spread : tuple of (step, share, multiplier)
        How retrofit rents spread over plants, cheapest first; empty where they do not.
    spent_potlining : mapping of str to (net cost in CNY per t, share limit)
        Routes for spent potlining; empty where the inputs have none.
    policies : mapping of str to settings
        Checked settings of each instrument of the scenario.
    market_prices : MarketPrices or None
        Prices of the scenario's month; None where it names none.
    """

    scenario: Scenario
    tables: Mapping[str, Table]
    calendar: Calendar
    cells: Mapping[str, Cell]
    arcs: Mapping[tuple[str, str], Arc]
    fleet: Fleet
    power: Power
    materials: Materials
    markets: Markets
    parameters: Mapping[str, float]
    vat: Mapping[str, float]
    gwp: Mapping[str, float]
    capex_spread: tuple[tuple[str, float, float], ...]
    spent_potlining: Mapping[str, tuple[float, float]]
    policies: Mapping[str, Any]
    market_prices: MarketPrices | None = None

    def pfc_co2e(self, cell: str) -> float:
        """T CO2e of perfluorocarbons per tonne of metal from a cell."""
        state = self.cells[cell]
        return sum(mass * self.gwp[gas] for gas, mass in state.pfc.items())
