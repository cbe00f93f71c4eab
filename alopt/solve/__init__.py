"""Solving: compile to matrices once, keep the HiGHS instance, check every status."""

from alopt.solve.compile import Program, compile_program
from alopt.solve.highs import NAME, OPTIONS, PACKAGE, Optimum, Solver, plain_name
from alopt.solve.solution import Solution, solve

__all__ = [
    "NAME",
    "OPTIONS",
    "PACKAGE",
    "Optimum",
    "Program",
    "Solution",
    "Solver",
    "compile_program",
    "plain_name",
    "solve",
]
