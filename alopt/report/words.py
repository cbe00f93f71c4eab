"""How keys of a project file are written for a reader."""

from __future__ import annotations

#: Endings of the keys of a project file, and how they are written.
_UNITS = (
    ("_cny_per_t_a", ", CNY per t/a"), ("_usd_per_t_a", ", USD per t/a"), ("_cny_per_mwh", ", CNY/MWh"),
    ("_usd_per_mwh", ", USD/MWh"), ("_cny_per_t", ", CNY/t"), ("_usd_per_t", ", USD/t"),
    ("_t_per_mwh", ", t/MWh"), ("_kwh_per_t", ", kWh/t"), ("_mt_per_a", ", Mt/a"), ("_months", ", months"),
    ("_years", ", years"), ("_a", ", years"), ("_v", ", V"),
)  # fmt: skip

_NAMED = {"quota.price_cny_per_t": "quota price, CNY per t/a", "vat": "VAT"}


#: How a price is said to be with or without value-added tax.
_TAX = {"included": " with VAT", "excluded": " without VAT"}


def input_words(key: str, vat: str | None = None) -> str:
    """Write a key of a project file in words; ``vat`` says whether its values hold value-added tax.

    >>> input_words("power.price_cny_per_mwh"), input_words("rates.investor"), input_words("life_a")
    ('power price, CNY/MWh', 'investor rate', 'life, years')
    >>> input_words("metal_cny_per_t", "included")
    'metal, CNY/t with VAT'
    """
    return _words(key) + _TAX.get(vat or "", "")


def _words(key: str) -> str:
    if key.startswith("rates."):
        return f"{key.removeprefix('rates.')} rate"
    if key in _NAMED:
        return _NAMED[key]
    for ending, unit in _UNITS:
        if key.endswith(ending):
            return f"{key.removesuffix(ending)}{unit}".replace("_", " ").replace(".", " ")
    return key.replace("_", " ").replace(".", " ")
