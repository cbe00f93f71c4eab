"""What a report says of a run: the numbers behind its sentences and tables, made from the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alopt.results import views
from alopt.results.saved import Run
from alopt.results.scarcity import two_sided_years
from alopt.results.table import ResultTable

#: Bases of values that are known badly.
_WEAK = ("unverified", "assumed")

#: Words that name the quantity of a row in long tables.
_QUANTITY = ("quantity", "parameter")

#: CNY by which a quota price must exceed the fee of a transfer before quota counts as scarce.
_SCARCE = 1.0

#: Mt that rounding explains, as a share of demand.
_NIL = 1e-6

Record = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """Numbers of one run for a report.

    Attributes
    ----------
    first, last, base : int
        First and last model year, and the year of the starting fleet.
    start_mt_per_a : float
        Capacity of the starting fleet.
    moves : dict
        Mt/a over all years: new, retired, relined, rebuilt, quota.
    scarce : list of int
        Years in which quota is worth more than the fee of its transfer.
    two_sided : list of int
        Scarce years in which the fleet just fills its quota, so that the rent is one of several duals.
    best_quota : dict
        Highest price of quota (CNY per t/a) and its year; empty where no quota is needed.
    margin : dict
        In the first year what the quota can make and what is needed from smelters, Mt; empty where
        no quota is needed.
    short : dict of int to (float, float)
        By year in which users go without metal, what they lack and what they want, Mt.
    regions : list of dict
        region, start, first, last, change: Mt/a, largest change first.
    boundary : str
        Boundary of the emissions that are told.
    payments : dict of str to float
        M CNY a year of the first model year by instrument, positive to the state.
    """

    first: int
    last: int
    base: int
    start_mt_per_a: float
    moves: dict[str, float]
    scarce: list[int]
    two_sided: list[int]
    best_quota: dict[str, float]
    margin: dict[str, float]
    short: dict[int, tuple[float, float]]
    regions: list[Record]
    boundary: str
    payments: dict[str, float]


def facts(run: Run, boundary: str = "industry") -> Facts:
    """Gather what a report says of a run.

    Parameters
    ----------
    run : Run
    boundary : str
        A nested boundary of `summary.json`.
    """
    worth = views.quota_worth(run)
    top = max(worth, key=lambda row: row["price_cny_per_t_a"], default=None)
    fee = _parameter(run, "quota_transfer_cost_cny_per_t_a") or 0.0
    years = run.summary["years"]
    return Facts(
        first=run.years[0],
        last=run.years[-1],
        base=views.base_year(run),
        start_mt_per_a=run.summary["base_year"]["capacity_mt_per_a"],
        moves=_moves(run),
        scarce=[row["year"] for row in worth if row["price_cny_per_t_a"] > fee + _SCARCE],
        two_sided=two_sided_years(years),
        best_quota={} if top is None else {"price": top["price_cny_per_t_a"], "year": top["year"]},
        margin=_margin(run),
        short={
            int(y): (n["unserved_mt"], n["demand_mt"])
            for y, n in years.items()
            if n["unserved_mt"] > _NIL * n["demand_mt"]
        },
        regions=_regions(run),
        boundary=boundary,
        payments=_payments(run),
    )


def _parameter(run: Run, name: str) -> float | None:
    for row in run.inputs["parameters"].records():
        if row["parameter"] == name:
            return float(row["value"])
    return None


def _moves(run: Run) -> dict[str, float]:
    capacity, retrofits = run.tables["capacity"], run.tables["retrofits"]
    return {
        "new": capacity.sum("new"),
        "retired": capacity.sum("retired"),
        "relined": retrofits.sum("capacity_mt_per_a", kind="relining"),
        "rebuilt": retrofits.sum("capacity_mt_per_a", kind="rebuild"),
        "quota": sum(row["mt_per_a"] for row in views.quota_moves(run)),
    }


def _margin(run: Run) -> dict[str, float]:
    """Output that the quota of the first year allows, and the need for primary metal, Mt."""
    year = run.years[0]
    stock = run.tables["quota"].sum("stock", year=year) if "quota" in run.tables else 0.0
    availability = _parameter(run, "availability")
    if not stock or availability is None:
        return {}
    numbers = run.summary["years"][str(year)]
    need = numbers["demand_mt"] - numbers["recycled_mt"] - numbers["imports_mt"]
    return {"can": stock * availability, "need": need}


def _regions(run: Run) -> list[Record]:
    start, first, last = views.starting_capacity(run), run.years[0], run.years[-1]
    totals = run.tables["capacity"].totals("capacity_mt_per_a", "region", "year")
    rows = [
        {
            "region": region,
            "start": start.get(region, 0.0),
            "first": totals.get((region, first), 0.0),
            "last": totals.get((region, last), 0.0),
            "change": totals.get((region, last), 0.0) - start.get(region, 0.0),
        }
        for region in {*start, *(r for r, _ in totals)}
    ]
    return sorted(rows, key=lambda row: (-abs(row["change"]), row["region"]))


def _payments(run: Run) -> dict[str, float]:
    """What the state receives less what it pays in the first model year by instrument, M CNY."""
    total: dict[str, float] = {}
    if "transfers" in run.tables:
        for row in run.tables["transfers"].records():
            if row["year"] == run.years[0]:
                way = (row["receiver"] == "state") - (row["payer"] == "state")
                total[row["instrument"]] = total.get(row["instrument"], 0.0) + way * row["amount_m_cny"]
    return total


def weak_inputs(inputs: Mapping[str, ResultTable]) -> list[Record]:
    """Middling range of each quantity that rests on weak values, widest first.

    Of a quantity with many values the one whose relative range is the median stands for all.

    Parameters
    ----------
    inputs : mapping of str to ResultTable
        The tables as solved.

    Returns
    -------
    list of dict
        table, quantity, key, value, low, high, range_share (high less low as a share of the
        value), basis, source, note, values (how many weak ones the quantity has).
    """
    found: dict[tuple[str, str], list[Record]] = {}
    for row in _weak(inputs):
        found.setdefault((row["table"], row["quantity"]), []).append(row)
    middling = []
    for rows in found.values():
        rows.sort(key=lambda row: (row["range_share"], row["key"]))
        middling.append({**rows[len(rows) // 2], "values": len(rows)})
    return sorted(middling, key=lambda row: (-row["range_share"], row["table"], row["quantity"]))


def _weak(inputs: Mapping[str, ResultTable]) -> Iterator[Record]:
    for name, table in inputs.items():
        if not {"low", "high", "basis"} <= set(table.columns):
            continue
        place = table.columns.index("low") - 1
        column = table.columns[place]
        named = next((c for c in _QUANTITY if c in table.columns), None)
        keys = [c for c in table.columns[:place] if c != named]
        for row in table.records():
            value, low, high = row[column], row["low"], row["high"]
            if row["basis"] in _WEAK and value and low is not None and high is not None:
                yield {
                    "table": name,
                    "quantity": row[named] if named else column,
                    "key": ", ".join(str(row[c]) for c in keys if row[c] is not None),
                    "value": value, "low": low, "high": high,
                    "range_share": (high - low) / abs(value),
                    "basis": row["basis"], "source": row["source"], "note": row.get("note"),
                }  # fmt: skip


def bases(inputs: Mapping[str, ResultTable]) -> dict[str, int]:
    """Rows of all tables by how they are known."""
    found = Counter(
        str(row["basis"]) for table in inputs.values() if "basis" in table.columns for row in table.records()
    )
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def used_sources(run: Run) -> list[Record]:
    """Sources on which the tables and the scenario of a run rest, with their number of rows."""
    used = Counter(
        row["source"]
        for name, table in run.inputs.items()
        if name != "sources" and "source" in table.columns and "basis" in table.columns
        for row in table.records()
    )
    for key in run.manifest["scenario"].get("sources", ()):
        used[key] += 0
    return [
        {**row, "rows": used[row["source"]]}
        for row in run.inputs["sources"].records()
        if row["source"] in used
    ]
