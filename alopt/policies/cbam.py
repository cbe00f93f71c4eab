r"""A carbon border charge on exported metal and on exported products with domestic metal in them.

Metal used at home goes into charged products in the share λ_y = products / metal demand of the
year, a number from the inputs: who uses which metal is not told apart, so charged products carry
λ_y of everything, the mean of all smelters. The charge of a year, never below zero, is price × λ_y
× what is assessed, less λ_y × the carbon price paid at home where that is credited:

- ``basis: actual``: emissions within the scope − benchmark × output of all smelters;
- ``basis: default``: (default − benchmark) × metal served at home, whatever is emitted, so that
  no smelter gains by emitting less.

The benchmark by year is what is free of charge: the reference value times the free allocation
that is left. Recycled and imported metal count as free of emissions under ``actual``.

Unwrought metal that is exported pays a number per tonne: price × (emission − benchmark), nil where
that is negative, on ``metal_export_share`` of it; the emission is the default, or under ``actual``
the ``export_t_per_t`` that its makers can prove, since whose metal leaves times what it emitted
would not be linear. The credit is taken off at that same emission. Under ``actual`` the share λ_y
of exported metal is assessed with the rest.

With ``carbon_price_credit`` the policy carbon_price of the same scope must stand beside this one;
what captive units pay under the power sector's market is not credited, and a subsidy by a generous
benchmark at home is charged back. Exporters pay, and money goes abroad.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.model_data import ModelData
from alopt.model.emissions import emissions, within
from alopt.model.equations import Model, add, add_variable, at_least, equation
from alopt.model.materials import output
from alopt.policies import Payment, carbon_price
from alopt.policies._fields import Fault, word, yearly

SCOPES = ("direct", "smelter_scope_1_2")

BASES = ("default", "actual")

#: Who pays the charge, and where it goes.
EXPORTERS, ABROAD = "exporters", "abroad"


@dataclass(frozen=True)
class Settings:
    """What is charged.

    Attributes
    ----------
    price : mapping of int to float
        CNY/t CO2e by year.
    scope : str
        One of :data:`SCOPES`.
    basis : str
        ``default`` or ``actual`` emissions.
    benchmark : mapping of int to float
        Free of charge by year, t CO2e per t of metal.
    default : mapping of int to float, or None
        Default emission with its mark-up by year, t CO2e per t; None under actual values.
    product_share : mapping of int to float
        Metal in charged products over all metal used at home.
    export_share : mapping of int to float
        Share of exported unwrought metal that is charged.
    export_emission : mapping of int to float
        Emission of that metal, t CO2e per t.
    credit : bool
        Whether the carbon price paid at home is taken off.
    """

    price: Mapping[int, float]
    scope: str
    basis: str
    benchmark: Mapping[int, float]
    default: Mapping[int, float] | None
    product_share: Mapping[int, float]
    export_share: Mapping[int, float]
    export_emission: Mapping[int, float]
    credit: bool

    FIELDS = (
        "price_cny_per_t", "scope", "basis", "benchmark_t_per_t", "default_t_per_t", "export_t_per_t",
        "products_mt", "metal_export_share", "carbon_price_credit",
    )  # fmt: skip

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; products, exports or both must be charged."""
        calendar, needed = data.calendar, ["price_cny_per_t", "scope", "basis", "benchmark_t_per_t"]
        faults: list[Fault] = [
            (name, None, "the field is missing", "Give it.") for name in needed if name not in fields
        ]
        if faults:
            return None, faults
        scope, basis = fields["scope"], fields["basis"]
        faults = word("scope", scope, SCOPES) + word("basis", basis, BASES)
        price, found = yearly("price_cny_per_t", fields["price_cny_per_t"], calendar, high=100_000.0)
        faults += found
        benchmark, found = yearly("benchmark_t_per_t", fields["benchmark_t_per_t"], calendar, high=100.0)
        faults += found + _reach_faults(fields, data)
        products, found = _optional("products_mt", fields, data)
        if not found:
            found = [
                ("products_mt", f"{amount:g}", f"is more than the metal used in {y}", "Give part of it.")
                for y, amount in products.items()
                if amount > data.markets.demand[y]
            ]
        faults += found
        share, found = _optional("metal_export_share", fields, data, high=1.0)
        faults += found
        default, found = _optional("default_t_per_t", fields, data, high=100.0)
        faults += found
        proven, found = _optional("export_t_per_t", fields, data, high=100.0)
        faults += found + _emission_faults(fields) + _credit_faults(fields, data)
        if faults:
            return None, faults
        return cls(
            price=price,
            scope=scope,
            basis=basis,
            benchmark=benchmark,
            default=default if basis == "default" else None,
            product_share={
                y: amount / data.markets.demand[y] if amount else 0.0 for y, amount in products.items()
            },
            export_share=share,
            export_emission=default if basis == "default" else proven,
            credit=bool(fields.get("carbon_price_credit", False)),
        ), []


def _optional(
    name: str, fields: Mapping[str, Any], data: ModelData, high: float = 1e9
) -> tuple[dict[int, float], list[Fault]]:
    """Read a value by year; nil where the field is not given."""
    if name not in fields:
        return dict.fromkeys(data.calendar.years, 0.0), []
    return yearly(name, fields[name], data.calendar, high=high)


def _reach_faults(fields: Mapping[str, Any], data: ModelData) -> list[Fault]:
    """Faults of a charge on nothing."""
    if "products_mt" not in fields and "metal_export_share" not in fields:
        mend = "Give the metal in products, the share of metal exports, or both."
        return [("products_mt", None, "neither products nor exported metal is charged", mend)]
    if "metal_export_share" in fields and not data.markets.export_steps:
        mend = "Fill tables/export_steps.csv, or drop the field."
        value = fields["metal_export_share"]
        return [("metal_export_share", value, "no metal is exported in these inputs", mend)]
    return []


def _emission_faults(fields: Mapping[str, Any]) -> list[Fault]:
    """Faults of emissions that the basis lacks, or has no use for."""
    basis = fields["basis"]
    if basis not in BASES:
        return []
    needs = {
        "default_t_per_t": basis == "default",
        "export_t_per_t": basis == "actual" and "metal_export_share" in fields,
    }
    faults: list[Fault] = []
    for name, needed in needs.items():
        if needed and name not in fields:
            faults.append((name, None, "the field is missing", "Give it in t CO2e per t of metal."))
        if not needed and name in fields:
            rule = f"has no use under the basis {basis} as the other fields stand"
            faults.append((name, fields[name], rule, "Drop it."))
    return faults


def _credit_faults(fields: Mapping[str, Any], data: ModelData) -> list[Fault]:
    """Faults of a credit for a price that is not paid, or on other emissions."""
    name, value = "carbon_price_credit", fields.get("carbon_price_credit", False)
    if not isinstance(value, bool):
        return [(name, value, "is neither true nor false", "Write true or false.")]
    home = data.scenario.policies.get("carbon_price")
    if not value:
        return []
    if home is None:
        return [(name, value, "no carbon price is paid at home", "Add the policy carbon_price.")]
    if home.get("scope") != fields["scope"]:
        mend = "Give both policies one scope."
        return [(name, value, "the carbon price at home is on another scope", mend)]
    return []


def build(m: Model, settings: Settings) -> None:
    """Add the charge on products as a variable, never below zero, and both charges as a transfer."""
    weight = m.data.calendar.weight
    m.border_charge = settings
    m.sets.CHARGED_YEARS = [y for y in m.sets.YEARS if settings.price[y] and settings.product_share[y]]
    add_variable(m, "product_charge", ("year",), m.sets.CHARGED_YEARS)
    add(m, product_charge_due)
    total: Any = sum(weight[y] * m.product_charge[y] for y in m.sets.CHARGED_YEARS)
    for r, step, y in m.sets.EXPORTS:
        per_tonne = export_charge(m.data, settings, y)
        if per_tonne:
            total = total + weight[y] * per_tonne * m.exports[r, step, y]
    m.transfers["cbam"] = total


def export_charge(data: ModelData, settings: Settings, y: int) -> float:
    """Charge on a tonne of exported metal in a year, over all buyers abroad, CNY/t."""
    if not settings.export_share[y]:
        return 0.0
    emission = settings.export_emission[y]
    charge = settings.price[y] * max(0.0, emission - settings.benchmark[y])
    if settings.credit:
        home = data.policies["carbon_price"]
        charge -= home.metal_price(y) * (emission - home.benchmark[y])
    return settings.export_share[y] * max(0.0, charge)


@equation(
    "year",
    over=lambda m: m.sets.CHARGED_YEARS,
    basis="annual",
    unit="1",
    dual="part of the charge that falls due: one, or less where the credit or the benchmark takes all",
    limit="",
)  # fmt: skip
def product_charge_due(m: Model, y: int) -> Any:
    r"""The charge on products is that on their share of what is assessed, less what was paid at home.

    .. math:: charge_y \ge \lambda_y \left( price_y \, assessed_y - paid_y \right)
       \quad \forall y \leftrightarrow \beta^{cbam}_y \ge 0

    Under actual values :math:`assessed_y = emissions^{scope}_y - benchmark_y \sum_{i,k,h}
    production_{i,k,y,h}`; under default values :math:`assessed_y = \max(0, default_y - benchmark_y)
    (demand_y - \sum_{d,s} unserved_{d,s,y})`. :math:`paid_y` is the carbon price of the year where
    it is credited, else nil.
    """
    settings, markets = m.border_charge, m.data.markets
    if settings.default is None:
        made = sum(output(m, i, y) for i in m.sets.SITES)
        assessed = emissions(m, settings.scope, y) - settings.benchmark[y] * made
    else:
        unserved = sum(m.unserved_demand[d, step, y] for d, step, t in m.sets.UNSERVED if t == y)
        per_tonne = max(0.0, settings.default[y] - settings.benchmark[y])
        assessed = per_tonne * (markets.demand[y] - unserved)
    paid = 0.0
    if settings.credit:
        paid = carbon_price.metal_payment(m, m.data.policies["carbon_price"], y)
    return at_least(m.product_charge[y], settings.product_share[y] * (settings.price[y] * assessed - paid))


def payments(data: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Charges by year on products, and by year and region on exported metal, M CNY a year."""
    paid = dict.fromkeys(data.calendar.years, 0.0)
    if settings.credit:
        for one in carbon_price.payments(data, data.policies["carbon_price"], tables):
            if one.component == "carbon_price":
                paid[one.year] += one.cost_m_cny
    for y in data.calendar.years:
        due = settings.price[y] * _assessed(settings, tables, y) - paid[y]
        if settings.price[y]:
            charge = settings.product_share[y] * max(0.0, due)
            yield Payment(y, "cbam", charge, payer=EXPORTERS, receiver=ABROAD)
    for row in tables["flows"].records():
        if row["material"] == "exported_metal":
            charge = export_charge(data, settings, row["year"]) * row["flow_mt"]
            yield Payment(row["year"], "cbam", charge, row["origin"], payer=EXPORTERS, receiver=ABROAD)


def _assessed(settings: Settings, tables: Mapping[str, Any], y: int) -> float:
    """What the price falls on before the products' share is taken, from the result tables."""
    if settings.default is not None:
        served = tables["markets"].sum("demand", year=y) - tables["markets"].sum("unserved", year=y)
        return float(max(0.0, settings.default[y] - settings.benchmark[y]) * served)
    nested = within(settings.scope)
    emitted = sum(
        row["emissions_mt_co2e"]
        for row in tables["emissions"].records()
        if row["year"] == y and row["boundary"] in nested
    )
    return float(emitted - settings.benchmark[y] * tables["production"].sum("production_mt", year=y))
