"""`alopt retrofit`: every retrofit and rebuild, what the optimum takes and what it leaves by how much."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from alopt.commands.common import settings_of, spinner
from alopt.data.load import load
from alopt.data.schema import default_inputs
from alopt.errors import UsageError
from alopt.results.table import ResultTable
from alopt.results.write import result_folder, write_json


def retrofit(options: argparse.Namespace) -> int:
    """Solve a scenario, put every step to the pricing problem, audit some, show and write all.

    Returns
    -------
    int
        0; what is wrong is raised.
    """
    from alopt.run import manifest  # noqa: PLC0415

    if options.audit < 1:
        raise UsageError("--audit takes the number of options to hold against the whole model, 1 or more.")
    settings = settings_of(options.settings)
    inputs = Path(options.inputs) if options.inputs else default_inputs()
    resolution = "smelter" if options.owner else options.resolution
    data = load(inputs, options.scenario, resolution=resolution, settings=settings)
    plants = _plants(data, options)
    from alopt.analysis.retrofit_options import (  # noqa: PLC0415
        audit,
        retrofit_options,
        with_gaps,
    )
    from alopt.model.build import build  # noqa: PLC0415 - inputs are checked before Pyomo loads
    from alopt.solve import solve  # noqa: PLC0415

    with spinner(f"Pricing every step of {options.scenario}", quiet=options.quiet or options.json):
        solution = solve(build(data))
        table = retrofit_options(solution)
        audited = audit(solution, table, options.audit)
        table = with_gaps(table, audited)
    if options.owner:
        table = _owned(table, {row["site"] for row in plants.records()})
    columns = tuple(audited[0]) if audited else ()
    audits = ResultTable("retrofit_audit", columns, [tuple(row.values()) for row in audited])
    out = Path(options.out) if options.out else Path("results") / f"retrofit-{data.scenario.name}"
    with result_folder(out) as place:
        for one in (table, audits, *([plants] if options.owner else [])):
            one.write(place)
        write_json(place / "run.json", {"command": "retrofit", **manifest(data, inputs)})
    if options.json:
        print(json.dumps(_as_json(table, audited), ensure_ascii=False, indent=1))
    elif not options.quiet:
        from alopt.report.retrofit_screen import retrofit_screen  # noqa: PLC0415

        print(retrofit_screen(table, audited, data.scenario.name, plants if options.owner else None))
        print(f"Tables: {out}")
    return 0


def _plants(data: Any, options: argparse.Namespace) -> ResultTable:  # noqa: ANN401
    from alopt.analysis.owner import owner_view  # noqa: PLC0415
    from alopt.data.projects import read_contract  # noqa: PLC0415

    if not options.owner:
        if options.contract:
            raise UsageError("--contract is an owner's own; name the owner with --owner.")
        return ResultTable("owner", (), [])
    contract = read_contract(options.contract) if options.contract else None
    return owner_view(data, options.owner, contract)


def _owned(table: ResultTable, sites: set[str]) -> ResultTable:
    place = table.columns.index("site")
    return ResultTable(table.name, table.columns, [row for row in table.rows if row[place] in sites])


def _as_json(table: ResultTable, audited: list[dict[str, Any]]) -> dict[str, Any]:
    rows = list(table.records())
    return {
        "options": len(rows),
        "taken": sum(row["taken_mt_per_a"] > 1e-7 for row in rows),
        "possible": sum(bool(row["possible"]) for row in rows),
        "largest_audit_gap": max((row["gap"] for row in audited), default=None),
        "first": rows[:20],
    }
