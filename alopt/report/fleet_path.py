"""How one fleet became another, by province, on one screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from alopt.report.screen import grid, page

#: Columns of the screen and the amounts that each adds.
_COLUMNS = {
    "stood": ("standing_from",),
    "left out": ("omitted",),
    "closed": ("closed",),
    "closed*": ("closed_unsourced",),
    "moved out": ("moved_out",),
    "moved in": ("moved_in",),
    "came": ("came",),
    "came*": ("came_unsourced",),
    "stands": ("standing_to_net",),
}


def fleet_path_screen(rows: Sequence[Mapping[Any, Any]], start: str, end: str) -> str:
    """Render the reconciliation by province, largest first, with the nation as the last row.

    Parameters
    ----------
    rows : list of dict
        Of :func:`alopt.analysis.fleet_path.fleet_path`.
    start, end : str
        Names of the fleets.

    Returns
    -------
    str
    """
    total: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(_COLUMNS, 0.0))
    for row in rows:
        for column, amounts in _COLUMNS.items():
            for name in (row["province"], "nation"):
                total[name][column] += sum(row[f"{amount}_mt_per_a"] for amount in amounts)
    text, console = page()
    table = grid(f"From the fleet of {start} to that of {end}, Mt/a", "province", list(_COLUMNS))
    nation = total.pop("nation")
    ranked = sorted(total.items(), key=lambda item: -max(item[1]["stood"], item[1]["stands"]))
    for name, shown in [*ranked, ("nation", nation)]:
        table.add_row(name, *(f"{value:.2f}" if value else "–" for value in shown.values()))
    console.print(table)
    console.print(
        "[dim]Stood + left out − closed − moved out + moved in + came = stands, net of double counts. "
        "Left out: stood, but the first fleet's list lacks it. *: no source, what the two lists leave "
        "over.[/dim]"
    )
    return text.getvalue().rstrip()
