"""`alopt retrofit`: every retrofit and rebuild, what the optimum takes and what it leaves by how much."""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from pathlib import Path
from typing import Any

from alopt.commands.common import settings_of, spinner, tell, write_figure
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
    if options.site and options.owner:
        raise UsageError("Give --site or --owner, not both.")
    resolution = "smelter" if options.owner else options.resolution
    if options.site:
        return _site(options, inputs, settings)
    data = load(inputs, options.scenario, resolution=resolution, settings=settings)
    plants = _plants(data, options)
    from alopt.analysis.retrofit_options import (  # noqa: PLC0415
        AUDIT_COLUMNS,
        audit,
        retrofit_options,
        with_gaps,
    )
    from alopt.model.build import build  # noqa: PLC0415 - inputs are checked before Pyomo loads
    from alopt.solve import solve  # noqa: PLC0415

    with spinner(f"Pricing every step of {options.scenario}", quiet=options.quiet or options.json):
        solution = solve(build(data))
        solved = time.monotonic()
        table = retrofit_options(solution)
        seconds = time.monotonic() - solved
        audited = audit(solution, table, options.audit)
        table = with_gaps(table, audited)
    if options.owner:
        table = _owned(table, {row["site"] for row in plants.records()})
    audits = ResultTable("retrofit_audit", AUDIT_COLUMNS, [tuple(row.values()) for row in audited])
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
        steps = len(solution.values("retrofitted_capacity"))
        print(f"{steps:,} steps priced in {seconds:.1f} s after the solve.")
        print(f"Tables: {out}")
    return 0


def _site(options: argparse.Namespace, inputs: Path, settings: dict[str, Any]) -> int:
    """Show and write which step of one smelter pays at which price of power."""
    from alopt.analysis.site_options import site_options, step_place  # noqa: PLC0415
    from alopt.model.build import build  # noqa: PLC0415 - inputs are checked before Pyomo loads
    from alopt.run import manifest  # noqa: PLC0415
    from alopt.solve import solve  # noqa: PLC0415

    data = load(inputs, options.scenario, resolution=options.resolution or "smelter", settings=settings)
    step_place(data, options.site)  # an unknown site is named before anything is solved
    with spinner(f"Pricing the steps of {options.site}", quiet=options.quiet or options.json):
        summary, packages, plan = site_options(solve(build(data)), options.site)
    out = Path(options.out) if options.out else Path("results") / f"retrofit-{options.site}"
    with result_folder(out) as place:
        packages.write(place)
        plan.write(place)
        write_json(place / "site.json", summary)
        write_json(place / "run.json", {"command": "retrofit", **manifest(data, inputs)})
        drawn = write_figure(partial(_figure, summary, packages), place / "site_packages.svg")

    def screen() -> str:
        from alopt.report.site_screen import site_screen  # noqa: PLC0415 - for the screen alone

        return site_screen(summary, packages, plan)

    return tell(options, summary, screen, out, figure=drawn)


def _figure(summary: dict[str, Any], packages: ResultTable) -> Any:  # noqa: ANN401
    from alopt.report import investments  # noqa: PLC0415

    return investments.site_packages(summary, packages)


def _plants(data: Any, options: argparse.Namespace) -> ResultTable:  # noqa: ANN401
    from alopt.analysis.owner import owner_view  # noqa: PLC0415
    from alopt.data.projects import read_contract  # noqa: PLC0415

    if not options.owner:
        if options.contract:
            raise UsageError("--contract is an owner's own; name the owner with --owner.")
        return ResultTable("owner", (), [])
    contract = read_contract(options.contract) if options.contract else None
    return owner_view(data, options.owner, contract, _ladder(data))


def _ladder(data: Any) -> str | None:  # noqa: ANN401
    """Latest ladder of power tiers that the inputs have."""
    table = data.tables.get("tariff_ladders")
    names = {row["ladder"] for row in table} if table is not None else set()
    return max(names, default=None)


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
