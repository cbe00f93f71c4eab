"""Units: the one place where numbers change theirs.

Inside the model masses are Mt, electricity TWh, emissions Mt CO2e and money M CNY without
VAT, so that Mt × CNY/t = M CNY and a dual is a price.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Source name of a site's own captive units, and of units that a region's smelters share.
CAPTIVE = "captive"
SHARED_CAPTIVE = "captive_shared"

#: Source name of captive units that a policy lets a site build.
NEW_CAPTIVE = "captive_new"

#: Every source that is a smelter's own coal units.
CAPTIVE_SOURCES = frozenset({CAPTIVE, SHARED_CAPTIVE, NEW_CAPTIVE})


def without_vat(rate: float) -> float:
    """Multiplier that takes value-added tax at a rate out of a price.

    >>> round(1.13 * without_vat(0.13), 12)
    1.0
    """
    return 1.0 / (1.0 + rate)


def net(row: Mapping[str, Any], column: str, vat: Mapping[str, float], component: str) -> float:
    """Price in a row without value-added tax, which its column ``vat`` says whether it includes.

    >>> round(net({"price": 113.0, "vat": "included"}, "price", {"power": 0.13}, "power"), 9)
    100.0
    >>> net({"price": 113.0, "vat": "excluded"}, "price", {}, "power")
    113.0
    """
    price: float = row[column]
    return price * without_vat(vat[component]) if row["vat"] == "included" else price


def gw_to_twh(capacity: float, hours: float) -> float:
    """Energy of a capacity in GW over hours, in TWh.

    >>> round(gw_to_twh(1.0, 8760.0), 2)
    8.76
    """
    return capacity * hours / 1000.0


def kwh_to_mwh(intensity: float) -> float:
    """Intensity in kWh/t as MWh/t, which times Mt is TWh.

    >>> kwh_to_mwh(13200.0)
    13.2
    """
    return intensity / 1000.0
