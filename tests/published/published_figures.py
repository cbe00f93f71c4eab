"""Numbers from outside, each beside what the model says, as one table.

A figure's tolerance follows from one of four rules, the same for every figure and none of them
from what the model says:

printed digit
    A figure that must follow from others by arithmetic may differ by half of its last printed digit.
printed range
    Where the source prints a range, or several sources print several figures, any value between
    the lowest and the highest agrees.
two per cent
    A national total or mean may differ by 2 %: so much do compilers differ about the same year
    (capacity of 2024: 44.4 to 45.7 Mt/a; output of 2024: 43.8 to 44.0 Mt).
two points
    A share may differ by 2 percentage points, or a tenth of itself where that is less: the shares
    published for 2024, 26.2 % renewable and 75 % coal, already add to more than one.

``calibrated`` says whether inputs were set with the figure in view; only the other figures test
the model. A miss is recorded with its size and its likely cause, not hidden behind a wider
tolerance: ``hit`` and, for a miss, ``deviation`` are asserted. Some rows test no run but whether a
source's figures follow from each other; four misses are such slips: digits that do not follow from
the rest of their own row. A figure that no run can be asked stands here too, with the reason.
"""

from __future__ import annotations

from .cell_figures import CELL_FIGURES
from .curve_figures import CURVE_FIGURES
from .emission_figures import EMISSION_FIGURES, LADDER_FIGURES
from .figure import Figure
from .industry_figures import CAPACITY_FIGURES, FIGURES_2016, GROWTH_FIGURES, POWER_FIGURES
from .material_figures import MATERIAL_FIGURES
from .money_figures import MONEY_FIGURES

FIGURES: tuple[Figure, ...] = (
    *CAPACITY_FIGURES,
    *FIGURES_2016,
    *POWER_FIGURES,
    *EMISSION_FIGURES,
    *LADDER_FIGURES,
    *MATERIAL_FIGURES,
    *MONEY_FIGURES,
    *CURVE_FIGURES,
    *GROWTH_FIGURES,
    *CELL_FIGURES,
)
