"""Runs of shipped scenarios, each solved once in a process."""

from __future__ import annotations

from functools import cache

import alopt
from alopt.run import Results


@cache
def run(scenario: str) -> Results:
    """Results of a shipped scenario."""
    return alopt.run(scenario)
