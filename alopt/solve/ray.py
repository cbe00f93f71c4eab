"""What earns without end: the direction in which a program's cost falls for ever."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alopt.errors import AloptError
from alopt.solve.compile import Array, Program
from alopt.solve.highs import Solver


def cheapest_ray(program: Program) -> Array | None:
    """Find the direction along which all rows keep holding and the cost falls fastest.

    Rows and bounds are replaced by those of their recession cone: what has a finite lower
    (upper) side may not fall (rise). The steps of all columns add to one at most, so the answer
    is a vertex: one activity with what goes with it, not a mixture.

    Returns
    -------
    array of float or None
        Change of each column; None where the cost falls in no direction.
    """
    count = len(program.cost)
    single = np.isfinite(program.column_lower)
    lower = np.where(single, 0.0, -1.0)
    upper = np.where(np.isfinite(program.column_upper), 0.0, 1.0)
    cone = replace(
        program,
        offset=0.0,
        starts=np.append(program.starts, program.starts[-1] + count).astype(np.int32),
        places=np.append(program.places, np.arange(count)).astype(np.int32),
        entries=np.append(program.entries, single.astype(float)),
        row_lower=np.append(np.where(np.isfinite(program.row_lower), 0.0, -np.inf), -np.inf),
        row_upper=np.append(np.where(np.isfinite(program.row_upper), 0.0, np.inf), 1.0),
        column_lower=lower,
        column_upper=upper,
        rows=[*program.rows, ("steps", None)],
        senses=np.append(program.senses, 1).astype(np.int8),
    )
    try:
        optimum = Solver(cone).solve()
    except AloptError:
        return None
    if optimum.objective >= -1e-9 * max(1.0, float(np.abs(program.cost).max())):
        return None
    return np.where(np.abs(optimum.values) < 1e-12, 0.0, optimum.values)
