"""The way from one fleet to another: what closed, moved, came, by province and cell class, reconciled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from alopt.data.schema import BASES, default_inputs, read_schemas
from alopt.data.tables import Row, Table, read_tables
from alopt.errors import InputError, Problem
from alopt.pages import page_command

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, Table]
Plant = tuple[str, str]

#: Amounts of a row, in the order in which they lead from the first fleet to the second.
AMOUNTS = (
    "standing_from",
    "omitted",
    "closed",
    "closed_unsourced",
    "moved_out",
    "moved_in",
    "came",
    "came_unsourced",
    "converted_out",
    "converted_in",
    "standing_to_net",
    "double_counted",
    "in_transit",
    "standing_to_gross",
)

#: Sign with which each amount enters ``standing_to_net``.
SIGNS = {
    "standing_from": 1,
    "omitted": 1,
    "closed": -1,
    "closed_unsourced": -1,
    "moved_out": -1,
    "moved_in": 1,
    "came": 1,
    "came_unsourced": 1,
    "converted_out": -1,
    "converted_in": 1,
}

#: Province of the row for quota in transit, which stands at no plant.
IN_TRANSIT = "in transit"

_ENDS = {"moved": (True, True), "closed": (True, False), "came": (False, True), "omitted": (False, True)}
_HEADS = (
    "stood {start}", "omitted", "closed", "closed, no source", "moved out", "moved in", "came",
    "came, no source", "converted out", "converted in", "stands {end}, net", "counted twice", "in transit",
    "stands {end}, gross",
)  # fmt: skip
_PAGE = "FLEET_PATH.md"
_INTRODUCTION = """# The way from the fleet of {start} to that of {end}

Made by `python -m alopt.analysis.fleet_path --write` from `tables/fleet.csv` and
`tables/fleet_changes.csv`; capacities in Mt/a. In every row

stood {start} + omitted − closed − closed, no source − moved out + moved in + came + came, no source
− converted out + converted in = stands {end}, net;

and net with what is counted twice and quota in transit is gross.

- **omitted**: stood in {start}, but that fleet does not hold it: a plant left out, or capacity without
  a permit. What of it was shut since stands under **closed** too.
- **closed, moved, came**: a change of `fleet_changes.csv`, each with its source and basis below;
  **came** is capacity whose coming was read, on quota that no plant of {start} is known to have given.
- **closed, came, no source**: what is left over. It is not all iron and cells: most figures of {end}
  are tallies, the split of a plant over its cell classes is often assumed, and a figure that one
  compiler gives otherwise than another shows here.
- **converted**: one class less and another more at the same site. Inferred, no source says it: what is
  left over at a site after the changes with a source, lowest currents out and highest in first. Where
  one fleet pools classes that the other keeps apart, nothing was converted at all.
"""


@dataclass
class _Ledger:
    """Amounts in whole tonnes a year by site and class, so that sums are exact."""

    plants: dict[Plant, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: dict.fromkeys(AMOUNTS, 0))
    )

    def add(self, site: str, cell_class: str, amount: str, mt: float) -> None:
        """Add Mt/a to an amount of a plant."""
        self.plants[site, cell_class][amount] += _tonnes(mt)


def fleet_path(
    inputs: Tables | Path | str | None = None, start: str = "2016", end: str = "2024"
) -> pd.DataFrame:
    """Reconcile two fleets of the same inputs.

    Parameters
    ----------
    inputs : mapping of str to Table, or path, optional
        Tables as read, or the folder that holds them; the shipped one if not given.
    start, end : str
        Keys of the two fleets.

    Returns
    -------
    DataFrame
        One row by province and cell class, and one for quota in transit: ``province``, ``class``
        and each of :data:`AMOUNTS` in Mt/a, named ``…_mt_per_a``. The amounts before
        ``standing_to_net`` add to it with the signs of :data:`SIGNS`; ``standing_to_net`` with
        ``double_counted`` and ``in_transit`` is ``standing_to_gross``.

    Raises
    ------
    InputError
        If a fleet has no rows, a change lacks an end or takes away more than stood.
    """
    import pandas as pd  # noqa: PLC0415 - half a second that only this table needs

    rows = _rows(_tables(inputs), start, end)
    names = {amount: f"{amount}_mt_per_a" for amount in AMOUNTS}
    return pd.DataFrame(
        [
            {"province": province, "class": name} | {names[a]: row[a] / 1e6 for a in AMOUNTS}
            for (province, name), row in rows.items()
        ]
    )


def _tables(inputs: Tables | Path | str | None) -> Tables:
    if isinstance(inputs, Mapping):
        return inputs
    folder = default_inputs() if inputs is None else Path(inputs)
    tables, problems = read_tables(folder, read_schemas(folder))
    if problems:
        raise InputError(problems)
    return tables


def _tonnes(mt: float) -> int:
    """Whole tonnes of Mt; the tables print no finer."""
    return round(mt * 1e6)


def _changes(tables: Tables, start: str, end: str) -> list[tuple[int, Row]]:
    return [
        (index, row)
        for index, row in enumerate(tables["fleet_changes"].rows)
        if (row["from_fleet"], row["to_fleet"]) == (start, end)
    ]


def _rows(tables: Tables, start: str, end: str) -> dict[Plant, dict[str, int]]:
    """Amounts in t/a by (province, class), provinces by the capacity that stood, classes by current."""
    ledger, problems = _ledger(tables, start, end)
    if problems:
        raise InputError(problems)
    current = {row["class"]: row["current_ka"] for row in tables["cell_classes"]}
    _close(ledger, current)
    province = {row["region"]: row["province"] for row in tables["regions"]}
    of_site = {row["site"]: province[row["region"]] for row in tables["sites"]}
    summed: dict[Plant, dict[str, int]] = defaultdict(lambda: dict.fromkeys(AMOUNTS, 0))
    size: dict[str, int] = defaultdict(int)
    for (site, name), amounts in ledger.plants.items():
        for amount, tonnes in amounts.items():
            summed[of_site[site], name][amount] += tonnes
        size[of_site[site]] -= amounts["standing_to_gross"]
    order = sorted(summed, key=lambda key: (size[key[0]], key[0], current[key[1]], key[1]))
    rows = {key: summed[key] for key in order}
    transit = sum(
        _tonnes(row["capacity_mt_per_a"])
        for row in tables["control_totals"]
        if row["fleet"] == end and row["province"] == "in_transit"
    )
    if transit:
        rows[IN_TRANSIT, ""] = dict.fromkeys(AMOUNTS, 0) | {
            "in_transit": transit,
            "standing_to_gross": transit,
        }
    return rows


def _ledger(tables: Tables, start: str, end: str) -> tuple[_Ledger, list[Problem]]:
    """Enter both fleets and the changes with a source."""
    ledger, table = _Ledger(), tables["fleet_changes"]
    changes = _changes(tables, start, end)
    problems = [*_unknown(tables["fleet"], (start, end)), *_loose_ends(table, changes)]
    if problems:
        return ledger, problems
    class_of = {row["cell"]: row["class"] for row in tables["cells"]}
    for row in tables["fleet"]:
        place = (row["site"], class_of[row["cell"]])
        if row["fleet"] == start:
            net = row["capacity_mt_per_a"] - row["double_counted_mt_per_a"]
            ledger.add(*place, "standing_from", net)
        if row["fleet"] == end:
            ledger.add(*place, "standing_to_gross", row["capacity_mt_per_a"])
            ledger.add(*place, "double_counted", row["double_counted_mt_per_a"])
    for _, row in changes:
        kind = row["kind"]
        leaves, opens = ("moved_out", "moved_in") if kind == "moved" else (kind, kind)
        if row["from_site"]:
            ledger.add(row["from_site"], row["from_class"], leaves, row["capacity_mt_per_a"])
        if row["to_site"]:
            ledger.add(row["to_site"], row["to_class"], opens, row["capacity_mt_per_a"])
    return ledger, _overdrawn(ledger, table, changes)


def _unknown(table: Table, fleets: Iterable[str]) -> list[Problem]:
    known = sorted({row["fleet"] for row in table})
    return [
        table.problem(None, "fleet", f"there is no fleet {name}", f"Use one of {', '.join(known)}.")
        for name in fleets
        if name not in known
    ]


def _loose_ends(table: Table, changes: Iterable[tuple[int, Row]]) -> list[Problem]:
    """Changes that name an end they cannot have, or lack one."""
    problems = []
    for index, row in changes:
        named = [
            (row[f"{side}_site"] is not None, row[f"{side}_class"] is not None) for side in ("from", "to")
        ]
        if named != [(end, end) for end in _ENDS[row["kind"]]]:
            rule = f"must name {_wanted(row['kind'])}, with site and class"
            problems.append(table.problem(index, "kind", rule, "Fill in or clear the sites and classes."))
    return problems


def _wanted(kind: str) -> str:
    leaves, opens = _ENDS[kind]
    return "both ends" if leaves and opens else "only where it closes" if leaves else "only where it opens"


def _overdrawn(ledger: _Ledger, table: Table, changes: Iterable[tuple[int, Row]]) -> list[Problem]:
    """Changes that take away more than stood."""
    problems = []
    for index, row in changes:
        if not row["from_site"]:
            continue
        found = ledger.plants[row["from_site"], row["from_class"]]
        stood, left = found["standing_from"] + found["omitted"], found["closed"] + found["moved_out"]
        if left > stood:
            rule = f"the changes take {left / 1e6:.6g} Mt/a away where {stood / 1e6:.6g} stood"
            problems.append(
                table.problem(index, "capacity_mt_per_a", rule, "Take less, or name another class.")
            )
    return problems


def _close(ledger: _Ledger, current: Mapping[str, float]) -> None:
    """Give what no source explains to conversion at the site, then to closing and coming."""
    by_site: dict[str, list[str]] = defaultdict(list)
    for (site, name), found in ledger.plants.items():
        found["standing_to_net"] = found["standing_to_gross"] - found["double_counted"]
        by_site[site].append(name)
    for site, names in by_site.items():
        rising = sorted(names, key=lambda name: (current[name], name))
        rest = {name: _rest(ledger.plants[site, name]) for name in rising}
        more = sum(amount for amount in rest.values() if amount > 0)
        converted = min(more, more - sum(rest.values()))
        _share(ledger, site, rest, rising, converted, "out")
        _share(ledger, site, rest, rising[::-1], converted, "in")


def _rest(found: Mapping[str, int]) -> int:
    """What is still to explain, t/a: what stands less what the other amounts leave standing."""
    return found["standing_to_net"] - sum(sign * found[amount] for amount, sign in SIGNS.items())


def _share(
    ledger: _Ledger, site: str, rest: Mapping[str, int], order: Iterable[str], converted: int, side: str
) -> None:
    """Hand out a site's conversion over its classes in order; the remainder has no source."""
    sign, unsourced = (-1, "closed_unsourced") if side == "out" else (1, "came_unsourced")
    left = converted
    for name in order:
        amount = max(0, sign * rest[name])
        part = min(left, amount)
        ledger.plants[site, name][f"converted_{side}"] += part
        ledger.plants[site, name][unsourced] += amount - part
        left -= part


def page(inputs: Tables | Path | str | None = None, start: str = "2016", end: str = "2024") -> str:
    """Return the reconciliation as a Markdown page: nation, provinces, classes, changes with their sources.

    Parameters and errors are those of :func:`fleet_path`.
    """
    tables = _tables(inputs)
    rows = _rows(tables, start, end)
    heads = [head.format(start=start, end=end) for head in _HEADS]
    provinces, classes = _summed(rows, 0), _summed(rows, 1)
    name = {row["class"]: row["name"] for row in tables["cell_classes"]}
    current = {row["class"]: row["current_ka"] for row in tables["cell_classes"]}
    nation = _total(rows.values())
    ranked = sorted((key for key in classes if key), key=lambda key: (current[key], key))
    by_class: dict[tuple[str, ...], dict[str, int]] = {(name[key],): classes[key] for key in ranked}
    by_class |= {(IN_TRANSIT,): classes[""]} if "" in classes else {}
    parts = [
        _INTRODUCTION.format(start=start, end=end),
        "\n## The nation\n\n",
        _nation(nation, classes, current, start, end),
        "\n## By province\n\n",
        _markdown(["province", *heads], {(key,): row for key, row in provinces.items()}, nation),
        "\n## By cell class\n\n",
        _markdown(["class", *heads], by_class, nation),
        "\n## By province and cell class\n\n",
        _markdown(
            ["province", "class", *heads], {(p, name.get(c, "")): row for (p, c), row in rows.items()}, nation
        ),
        "\n## The changes with a source\n\n",
        _listed(tables, start, end, name),
    ]
    return "".join(parts)


def _summed(rows: Mapping[Plant, Mapping[str, int]], place: int) -> dict[str, dict[str, int]]:
    keys = dict.fromkeys(key[place] for key in rows)
    return {name: _total(row for key, row in rows.items() if key[place] == name) for name in keys}


def _total(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    listed = list(rows)
    return {amount: sum(row[amount] for row in listed) for amount in AMOUNTS}


def _nation(
    nation: Mapping[str, int], classes: Mapping[str, Mapping[str, int]], current: Mapping[str, float],
    start: str, end: str,
) -> str:  # fmt: skip
    mt = {amount: _mt(tonnes) for amount, tonnes in nation.items()}
    left, opened = _mt(nation["closed"] + nation["moved_out"]), _mt(nation["came"] + nation["moved_in"])
    twice = f"{mt['double_counted']} more counted twice at plants and {mt['in_transit']} in transit"
    lines = [
        f"- {start}: {mt['standing_from']}.",
        f"- {end}: {mt['standing_to_net']} net; {twice} make {mt['standing_to_gross']} gross.",
        f"- Of what left its site, {left} has a source and {mt['closed_unsourced']} has none.",
        f"- Of what opened, {opened} has a source and {mt['came_unsourced']} has none.",
        f"- {mt['omitted']} stood already, but not in the fleet of {start}.",
        f"- {mt['converted_in']} is inferred to have changed class in place.",
    ]
    for limit in (400, 600):
        shares = []
        for amount in ("standing_from", "standing_to_net"):
            large = sum(row[amount] for name, row in classes.items() if name and current[name] >= limit)
            shares.append(f"{large / nation[amount]:.1%}".replace("%", " %"))
        lines.append(f"- Cells of {limit} kA and more: {shares[0]} in {start}, {shares[1]} in {end}, net.")
    return "\n".join(lines) + "\n"


def _markdown(
    heads: list[str], rows: Mapping[tuple[str, ...], Mapping[str, int]], total: Mapping[str, int]
) -> str:
    width = len(next(iter(rows)))
    everything = {**rows, ("**nation**", *("",) * (width - 1)): total}
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * width + "---:|" * len(AMOUNTS)]
    lines += [
        "| " + " | ".join([*key, *(_mt(row[amount]) for amount in AMOUNTS)]) + " |"
        for key, row in everything.items()
    ]
    return "\n".join(lines) + "\n"


def _mt(tonnes: int) -> str:
    """Mt/a to the tonne, without idle noughts; nothing for nil."""
    return f"{tonnes / 1e6:.6f}".rstrip("0").rstrip(".") if tonnes else "–"


def _listed(tables: Tables, start: str, end: str, name: Mapping[str, str]) -> str:
    site = {row["site"]: row["name"] for row in tables["sites"]}
    basis: dict[str, int] = defaultdict(int)
    for _, row in _changes(tables, start, end):
        basis[row["basis"]] += _tonnes(row["capacity_mt_per_a"])
    known = ", ".join(f"{key} {_mt(basis[key])}" for key in BASES if key in basis)
    lines = [
        f"Amounts by basis: {known}. A source seldom gives amount, plant and class at once.\n",
        "| kind | from | to | Mt/a | low | high | year | source | basis | note |",
        "|---|---|---|---:|---:|---:|---:|---|---|---|",
    ]
    changes = sorted(
        (row for _, row in _changes(tables, start, end)), key=lambda row: (row["kind"], row["year"])
    )
    for row in changes:
        ends = [
            f"{site[row[f'{side}_site']]}: {name[row[f'{side}_class']]}" if row[f"{side}_site"] else ""
            for side in ("from", "to")
        ]
        amounts = ["" if row[c] is None else f"{row[c]:g}" for c in ("capacity_mt_per_a", "low", "high")]
        cells = [
            row["kind"],
            *ends,
            *amounts,
            str(row["year"]),
            row["source"],
            row["basis"],
            row["note"] or "",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the page, or write it beside the inputs."""
    return page_command("alopt.analysis.fleet_path", default_inputs() / _PAGE, page)


if __name__ == "__main__":
    raise SystemExit(main())
