"""Bad input at random: either a correct run or the list of errors, 500 cases in all.

The cases are the same in every run. `tests/slow/test_fuzz_10000.py` draws fresh ones.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import fuzzing
from fuzzing import Case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COMMON: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "print_blob": False,
    "suppress_health_check": list(HealthCheck),
}


@settings(max_examples=160, **COMMON)
@given(data=st.data())
def test_spoilt_tables(data: st.DataObject):
    """Cells, rows, headers: the minimal inputs, solved where they stay legal."""
    fuzzing.judge(fuzzing.spoil(Case.minimal(), data.draw, fuzzing.TABLE_SPOILERS))


@settings(max_examples=90, **COMMON)
@given(data=st.data())
def test_spoilt_files(data: st.DataObject):
    """Bytes, encodings, line ends, links, pipes, the data dictionary."""
    fuzzing.judge(fuzzing.spoil(Case.minimal(), data.draw, fuzzing.FILE_SPOILERS))


@settings(max_examples=160, **COMMON)
@given(data=st.data())
def test_spoilt_scenarios(data: st.DataObject):
    """Keys, policies, overrides, settings, names."""
    fuzzing.judge(fuzzing.spoil(Case.minimal(), data.draw, fuzzing.SCENARIO_SPOILERS))


@settings(max_examples=68, **COMMON)
@given(data=st.data())
def test_the_shipped_inputs_spoilt(data: st.DataObject):
    """All that ships, loaded, and run where loading finds a fault."""
    fuzzing.judge(fuzzing.spoil(Case.shipped(), data.draw, fuzzing.SPOILERS), solve=False)


@settings(max_examples=2, **COMMON)
@given(data=st.data())
def test_numbers_of_the_shipped_inputs_changed(data: st.DataObject):
    """All that ships with other prices and demand, solved."""
    fuzzing.judge(fuzzing.spoil(Case.shipped(), data.draw, (fuzzing.scaled,)), seconds=120)


@lru_cache(maxsize=1)
def untouched() -> dict[str, bytes]:
    """Results of the minimal inputs as they ship."""
    return fuzzing.results(Case.minimal())


@settings(max_examples=20, **COMMON)
@given(data=st.data())
def test_the_same_tables_written_in_another_way_give_the_same_results(data: st.DataObject):
    assert fuzzing.results(fuzzing.rewrite(Case.minimal(), data.draw)) == untouched()
