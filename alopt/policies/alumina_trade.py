r"""Alumina across the border: limits and a tariff on what ports land, and a price for exports.

The tariff is paid on landed alumina: Σ landed × (rate × landed price, or CNY/t) to the state. Its
base of a rate is the port's price without VAT, which holds port charges besides the customs value,
so it weighs a little more than at the border. Exports earn a price at the port (without VAT) up
to a volume, and pay freight from the refinery to the nearest port of ``ports`` or ``refineries``;
landed alumina is not sold abroad again. Revenue and freight are resource costs, no transfers.
What refining for export emits counts in the boundary `industry`; the freight to the port and
beyond is no part of the metal's chain and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.data.geography import build_freight
from alopt.data.model_data import ModelData
from alopt.model.equations import Model, add, at_most, equation
from alopt.policies import Payment
from alopt.policies._fields import Fault, yearly, yearly_by_key

_LIMIT, _PORTS = "import_limit_mt_per_a", "port_limit_mt_per_a"
_TARIFF, _RATE = "import_tariff_cny_per_t", "import_tariff_rate"
_PRICE, _VOLUME = "export_price_cny_per_t", "export_volume_mt_per_a"


@dataclass(frozen=True)
class Settings:
    """Limits, tariff and exports.

    Attributes
    ----------
    limit : mapping of int to float, or None
        Mt/a that all ports land together, by year.
    port_limit : mapping of (port, year) to float
        Mt/a that a port lands.
    tariff : mapping of (port, year) to float
        CNY per t landed.
    export_price, export_volume : mapping of int to float
        CNY/t at the port without VAT, and Mt/a sold abroad at most; empty without exports.
    export_freight : mapping of str to float
        CNY/t without VAT from each refinery to its nearest port; empty without exports.
    """

    limit: Mapping[int, float] | None
    port_limit: Mapping[tuple[str, int], float]
    tariff: Mapping[tuple[str, int], float]
    export_price: Mapping[int, float]
    export_volume: Mapping[int, float]
    export_freight: Mapping[str, float]

    FIELDS = (_LIMIT, _PORTS, _TARIFF, _RATE, _PRICE, _VOLUME)

    @classmethod
    def read(cls, fields: Mapping[str, Any], data: ModelData) -> tuple[Settings | None, list[Fault]]:
        """Check the fields; imports need ports that land alumina, exports need refineries and a port."""
        faults = _reach(fields, data)
        read: dict[str, dict[int, float]] = {}
        for name, high in ((_LIMIT, 1e4), (_TARIFF, 1e5), (_RATE, 10.0), (_PRICE, 1e5), (_VOLUME, 1e4)):
            if name in fields:
                read[name], found = yearly(name, fields[name], data.calendar, high=high)
                faults += found
        by_port: dict[str, dict[int, float]] = {}
        if _PORTS in fields:
            by_port, found = yearly_by_key(
                _PORTS, fields[_PORTS], data.calendar, _ports(data), "port that lands alumina", high=1e4
            )
            faults += found
        if faults:
            return None, faults
        return cls(
            limit=read.get(_LIMIT),
            port_limit={(a, y): amount for a, by_year in by_port.items() for y, amount in by_year.items()},
            tariff=_tariff(data, read.get(_TARIFF), read.get(_RATE)),
            export_price=read.get(_PRICE, {}),
            export_volume=read.get(_VOLUME, {}),
            export_freight=_export_freight(data) if _PRICE in fields else {},
        ), []


def _reach(fields: Mapping[str, Any], data: ModelData) -> list[Fault]:
    """Faults of fields that say nothing, contradict each other, or meet nothing."""
    given = set(fields)
    if not given:
        return [(_LIMIT, None, "no limit, tariff or export is given", "Give at least one field.")]
    faults: list[Fault] = []
    if {_TARIFF, _RATE} <= given:
        faults.append((_RATE, None, "the tariff is given twice", "Give a rate or CNY/t."))
    faults += [
        (other, None, "an export needs its price and its volume", "Give both fields.")
        for one, other in ((_PRICE, _VOLUME), (_VOLUME, _PRICE))
        if one in given and other not in given
    ]
    if given & {_LIMIT, _PORTS, _TARIFF, _RATE} and not _ports(data):
        name = next(name for name in _in_order(given) if name not in {_PRICE, _VOLUME})
        faults.append((name, None, "no port lands alumina", "Add one to refineries.csv, or drop the field."))
    if given & {_PRICE, _VOLUME}:
        name = _PRICE if _PRICE in given else _VOLUME
        if not _refineries(data):
            faults.append((name, None, "no refinery makes alumina", "Add one, or drop the field."))
        if not _ports(data) and not len(data.tables["ports"]):
            faults.append((name, None, "no port ships alumina", "Add one to ports.csv, or drop the field."))
        if not faults and _far(data) and not _freight_is_given(data):
            mend = "Add alumina to tables/freight.csv, and circuity to tables/parameters.csv."
            faults.append((name, None, "alumina goes to a port over a distance, and has no freight", mend))
    return faults


def _in_order(given: set[str]) -> list[str]:
    """Fields given, in the order of the settings."""
    return [name for name in Settings.FIELDS if name in given]


def _ports(data: ModelData) -> list[str]:
    return [a for a, refinery in data.materials.refineries.items() if refinery.kind == "port"]


def _refineries(data: ModelData) -> list[str]:
    return [a for a, refinery in data.materials.refineries.items() if refinery.kind == "refinery"]


def _tariff(
    data: ModelData, cny: Mapping[int, float] | None, rate: Mapping[int, float] | None
) -> dict[tuple[str, int], float]:
    """CNY per t landed, by port and year."""
    if cny is not None:
        return {(a, y): cny[y] for a in _ports(data) for y in data.calendar.years}
    if rate is not None:
        refineries = data.materials.refineries
        return {(a, y): rate[y] * refineries[a].cost for a in _ports(data) for y in data.calendar.years}
    return {}


def _export_freight(data: ModelData) -> dict[str, float]:
    """Freight from each refinery to the port from which it is cheapest to ship."""
    place, ports, far = _places(data), _shipping_ports(data), _far(data)
    moved = {"alumina"} if far else set()
    freight = build_freight(data.tables["freight"], moved, data.parameters, data.vat)
    return {
        a: min(freight.cost("alumina", place[a], port) for port in ports) if a in far else 0.0
        for a in _refineries(data)
    }


def _places(data: ModelData) -> dict[str, tuple[float, float]]:
    return {row["refinery"]: _place(row) for row in data.tables["refineries"]}


def _shipping_ports(data: ModelData) -> list[tuple[float, float]]:
    """Places from which alumina may be shipped."""
    place = _places(data)
    return [place[a] for a in _ports(data)] + [_place(row) for row in data.tables["ports"]]


def _far(data: ModelData) -> list[str]:
    """Refineries that stand at no port."""
    place, ports = _places(data), _shipping_ports(data)
    return [a for a in _refineries(data) if place[a] not in ports]


def _freight_is_given(data: ModelData) -> bool:
    """Whether freight of alumina is known; a world in which none moves may leave it out."""
    table = data.tables["freight"]
    given = {row["quantity"] for row in table if row["material"] == "alumina"}
    return given == set(table.schema.field("quantity").enum or ()) and "circuity" in data.parameters


def _place(row: Mapping[str, Any]) -> tuple[float, float]:
    return row["latitude_deg"], row["longitude_deg"]


def build(m: Model, settings: Settings) -> None:
    """Add the limits, the volume of exports, and the tariff as a transfer."""
    m.alumina_trade = settings
    if settings.limit is not None:
        add(m, alumina_import_limit)
    if settings.port_limit:
        add(m, alumina_port_limit)
    if settings.export_freight:
        add(m, alumina_export_limit)
    if any(settings.tariff.values()):
        weight = m.data.calendar.weight
        m.transfers["alumina_tariff"] = sum(
            weight[y] * duty * m.refining[a, y] for (a, y), duty in settings.tariff.items() if duty
        )


def payments(data: ModelData, settings: Settings, tables: Mapping[str, Any]) -> Iterator[Payment]:
    """Tariff by port and year, M CNY a year, on what the table of trade lands."""
    for row in tables["trade"].records():
        if (row["material"], row["direction"]) == ("alumina", "import") and settings.tariff:
            port, year = row["destination"], row["year"]
            paid = settings.tariff[port, year] * row["amount_mt"]
            yield Payment(year, "alumina_tariff", paid, data.materials.refineries[port].region)


@equation(
    "year",
    over=lambda m: m.sets.YEARS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of landed alumina would save: the tariff that lands as much",
    limit="import_limit_mt_per_a",
)  # fmt: skip
def alumina_import_limit(m: Model, y: int) -> Any:
    r"""All ports together land no more alumina than the year's limit; a limit of nil is a ban.

    .. math:: \sum_{a \in ports} refining_{a,y} \le limit_y \quad \forall y
       \leftrightarrow \hat\epsilon_y \le 0
    """
    return at_most(sum(m.refining[a, y] for a in _ports(m.data)), m.alumina_trade.limit[y])


@equation(
    "refinery", "year",
    over=lambda m: sorted(m.alumina_trade.port_limit),
    basis="annual",
    unit="CNY/t",
    dual="what one more t of alumina landed at the port would save",
    limit="port_limit_mt_per_a",
)  # fmt: skip
def alumina_port_limit(m: Model, a: str, y: int) -> Any:
    r"""A port lands no more alumina than its limit of the year.

    .. math:: refining_{a,y} \le limit_{a,y} \quad \forall a \in ports,y: limit_{a,y} \text{ given}
       \leftrightarrow \check\epsilon_{a,y} \le 0
    """
    return at_most(m.refining[a, y], m.alumina_trade.port_limit[a, y])


@equation(
    "year",
    over=lambda m: m.sets.YEARS,
    basis="annual",
    unit="CNY/t",
    dual="what one more t of alumina sold abroad would earn above its cost at home",
    limit="export_volume_mt_per_a",
)  # fmt: skip
def alumina_export_limit(m: Model, y: int) -> Any:
    r"""Alumina sold abroad stays within the volume that the price holds for.

    .. math:: \sum_a exported_{a,y} \le volume_y \quad \forall y \leftrightarrow \hat\eta_y \le 0
    """
    sold = sum(m.alumina_exports[a, t] for a, t in m.sets.ALUMINA_EXPORTS if t == y)
    return at_most(sold, m.alumina_trade.export_volume[y])
