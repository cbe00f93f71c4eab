"""What a rebuild to large cells saves by the key figures that the designers publish.

The trap: 400 kA designs of the last generation need no more power than most 600 kA designs, so that
a rebuild between them buys little or nothing, whatever its age; older cells of 200 to 300 kA have
more to give.
"""

from __future__ import annotations

from typing import Any

from alopt.data.cells import Cell
from alopt.data.model_data import ModelData
from alopt.data.units import kwh_to_mwh
from alopt.finance import annuity_due_factor, discount_factor

#: Line currents in kA from which rebuilds are compared, and from which a cell counts as large.
_FROM = (200.0, 240.0, 300.0, 400.0)
LARGE = 600.0


def rebuilds(
    data: ModelData, power_price: float, rate: float, construction: int, life: int
) -> list[dict[str, Any]]:
    """Compare rebuilds from cells as built to large cells as built, by power alone.

    Parameters
    ----------
    data : ModelData
    power_price : float
        CNY/MWh without VAT, the same before and after.
    rate : float
        Rate per year.
    construction, life : int
        Years before the new cells run, and years that they do.

    Returns
    -------
    list of dict
        States, direct-current energy of both in kWh/t, AC power saved in kWh/t, and the capex in
        CNY per t/a that this power would repay, no output being lost in the change.
    """
    base = sorted((c for c in data.cells.values() if c.stage == "base"), key=_order)
    years = annuity_due_factor(rate, life) * discount_factor(rate, construction)
    made = data.parameters["availability"]
    return [
        {
            "from_cell": old.key,
            "to_cell": new.key,
            "dc_kwh_per_t_before": old.dc,
            "dc_kwh_per_t_after": new.dc,
            "ac_kwh_per_t_saved": old.ac - new.ac,
            "repays_cny_per_t_a": kwh_to_mwh(old.ac - new.ac) * power_price * made * years,
        }
        for old in base
        if old.current_ka in _FROM
        for new in base
        if new.current_ka >= LARGE
    ]


def _order(cell: Cell) -> tuple[float, str]:
    return cell.current_ka, cell.key
