"""Solving: compile to matrices once, keep the HiGHS instance, check every status."""

from alopt.solve.compile import Program, compile_program
from alopt.solve.highs import Optimum, Solver
from alopt.solve.solution import Solution, solve

__all__ = ["Optimum", "Program", "Solution", "Solver", "compile_program", "solve"]
