"""Bad input at random, 10,000 fresh cases: `pytest -m slow tests/slow/test_fuzz_10000.py`.

What the last run found stands in `fuzz_figures.md`.
"""

from __future__ import annotations

from typing import Any

import fuzzing
import pytest
from fuzzing import Case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow

COMMON: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@settings(max_examples=3500, **COMMON)
@given(data=st.data())
def test_spoilt_tables(data: st.DataObject):
    fuzzing.judge(fuzzing.spoil(Case.minimal(), data.draw, fuzzing.TABLE_SPOILERS))


@settings(max_examples=1800, **COMMON)
@given(data=st.data())
def test_spoilt_files(data: st.DataObject):
    fuzzing.judge(fuzzing.spoil(Case.minimal(), data.draw, fuzzing.FILE_SPOILERS))


@settings(max_examples=3500, **COMMON)
@given(data=st.data())
def test_spoilt_scenarios(data: st.DataObject):
    fuzzing.judge(fuzzing.spoil(Case.minimal(), data.draw, fuzzing.SCENARIO_SPOILERS))


@settings(max_examples=980, **COMMON)
@given(data=st.data())
def test_the_shipped_inputs_spoilt(data: st.DataObject):
    fuzzing.judge(fuzzing.spoil(Case.shipped(), data.draw, fuzzing.SPOILERS), solve=False)


@settings(max_examples=20, **COMMON)
@given(data=st.data())
def test_numbers_of_the_shipped_inputs_changed(data: st.DataObject):
    fuzzing.judge(fuzzing.spoil(Case.shipped(), data.draw, (fuzzing.scaled,)), seconds=120)


@settings(max_examples=200, **COMMON)
@given(data=st.data())
def test_the_same_tables_written_in_another_way_give_the_same_results(data: st.DataObject):
    assert fuzzing.results(fuzzing.rewrite(Case.minimal(), data.draw)) == fuzzing.results(Case.minimal())
