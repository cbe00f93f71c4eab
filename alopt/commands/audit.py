"""`alopt audit`: where every value comes from, and how one fleet became another."""

from __future__ import annotations

import argparse

from alopt.analysis.audit import as_json, audit_sources, write_audit
from alopt.errors import InputError, UsageError
from alopt.results.write import result_folder, write_json


def audit(options: argparse.Namespace) -> int:
    """Audit the sources, or reconcile two fleets where `--fleets` names them; 0, or an error."""
    if options.fleets:
        return _fleets(options)
    found = audit_sources(options.inputs)
    names = [row["table"] for row in found.counts.records()]
    if options.table is not None and options.table not in names:
        raise UsageError(f"There is no table {options.table}; there are {', '.join(sorted(names))}.")
    if options.json:
        print(as_json(found, options.table))
    elif not options.quiet:
        from alopt.report.audit import sources_screen, values_screen  # noqa: PLC0415

        print(values_screen(found, options.table) if options.table else sources_screen(found))
    if found.problems:
        raise InputError(list(found.problems))
    if options.out:
        write_audit(found, options.out, options.inputs)
    return 0


def _fleets(options: argparse.Namespace) -> int:
    from pathlib import Path  # noqa: PLC0415

    from alopt.analysis.fleet_path import fleet_path  # noqa: PLC0415

    start, end = options.fleets
    path = fleet_path(options.inputs, start, end)
    if options.json:
        print(path.to_json(orient="records", indent=1, force_ascii=False))
    elif not options.quiet:
        from alopt.report.fleet_path import fleet_path_screen  # noqa: PLC0415

        print(fleet_path_screen(path.to_dict("records"), start, end))
    if options.out:
        with result_folder(Path(options.out)) as place:
            path.to_csv(place / "fleet_path.csv", index=False, float_format="%.12g", lineterminator="\n")
            write_json(place / "run.json", {"command": "audit --fleets"})
    return 0
