"""The linear program: one file per part, one short function per equation."""

from alopt.model.build import build
from alopt.model.equations import EQUATIONS, Equation, equation

__all__ = ["EQUATIONS", "Equation", "build", "equation"]
