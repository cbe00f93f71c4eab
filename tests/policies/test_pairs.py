"""All instruments, one by one and two by two, in one small world.

What holds for every instrument, present and to come: its neutral setting changes nothing, its mild
one bites, and a wrong year, an unknown key and an empty reach are errors. Two instruments together
load and solve with all checks, a second restriction never makes the plan cheaper, and what the
payments recompute is what the objective holds. Where two cannot stand together, an error says so.
"""

from __future__ import annotations

from itertools import combinations

import pytest
from policies.settings import CONFLICTS, SETTINGS, common_world, instrument_of, policies_of
from pyomo.repn import generate_standard_repn
from worlds import near

import alopt
from alopt.errors import InfeasibleError, InputError
from alopt.policies import instruments
from alopt.results.accounts import payments
from alopt.results.build import build_tables, report_on

KEYS = sorted(SETTINGS)
PAIRS = [pair for pair in combinations(KEYS, 2) if instrument_of(pair[0]) != instrument_of(pair[1])]
EACH = pytest.mark.parametrize("key", KEYS)


class Solved:
    """A solved world with its checks, tables and transfers."""

    def __init__(self, folder, policies):
        world = common_world()
        world.scenario(policies=policies)
        self.data = world.data(folder)
        model = alopt.build(self.data)
        self.solution = alopt.solve(model)
        self.objective = self.solution.objective
        self.tables = build_tables(self.solution)
        self.checks = report_on(self.solution, self.tables)["checks"]
        self.transfers = {name: self._value(expression) for name, expression in model.transfers.items()}

    def _value(self, expression):
        """Value of a linear expression at the optimum, term by term."""
        form, places = generate_standard_repn(expression), self.solution.column_places
        assert form.is_linear()
        return form.constant + sum(
            coefficient * self.solution.optimum.values[places[var.parent_component().local_name][var.index()]]
            for var, coefficient in zip(form.linear_vars, form.linear_coefs, strict=True)
        )

    def paid(self):
        """Present value of each instrument's payments, as recomputed from the tables."""
        weight = self.data.calendar.weight
        return sum(weight[one.year] * one.cost_m_cny for _, one in payments(self.solution, self.tables))


@pytest.fixture(scope="module")
def solve(tmp_path_factory):
    """Solve the common world under policies; each set of settings once."""
    known = {}

    def solved(policies):
        if (name := repr(sorted(policies.items()))) not in known:
            known[name] = Solved(tmp_path_factory.mktemp("world"), policies)
        return known[name]

    return solved


def test_every_instrument_has_its_settings():
    found = {instrument_of(key) for key in SETTINGS}
    missing = sorted(set(instruments()) - found)
    assert not missing, f"no entry in tests/policies/settings.py: {', '.join(missing)}"
    assert found == set(instruments())


@EACH
def test_a_neutral_setting_changes_nothing(solve, key):
    without = solve({name: SETTINGS[name].mild for name in SETTINGS[key].needs})
    neutral = solve(policies_of(key, how="neutral"))
    assert neutral.objective == pytest.approx(without.objective, rel=1e-9, abs=0.0)
    assert sum(neutral.transfers.values()) == near(sum(without.transfers.values()))


@EACH
def test_a_mild_setting_bites(solve, key):
    """Else the pairs below would compare nothing; one that only tightens makes the plan dearer."""
    without = solve({name: SETTINGS[name].mild for name in SETTINGS[key].needs}).objective
    mild = solve(policies_of(key)).objective
    assert abs(mild - without) > 1e-6 * abs(without)
    assert mild > without or not SETTINGS[key].tightens


@EACH
@pytest.mark.parametrize(
    ("how", "rule"),
    [
        ("outside", "the year is outside the horizon|no model year"),
        ("unknown", "no such|is no area|nothing is emitted there|is named by no line"),
    ],
)
def test_a_wrong_year_and_an_unknown_key_are_errors(tmp_path, key, how, rule):
    if getattr(SETTINGS[key], how) is None:
        return  # no field of this instrument takes one
    world = common_world()
    world.scenario(policies=policies_of(key, how=how))
    with pytest.raises(InputError, match=rule) as caught:
        world.data(tmp_path)
    assert {p.column.split(".")[1] for p in caught.value.problems} == {instrument_of(key)}


@EACH
def test_an_empty_reach_is_an_error(tmp_path, key):
    if SETTINGS[key].empty is None:
        return  # it meets every smelter there is
    change, fields = SETTINGS[key].empty
    world = common_world()
    change(world)
    world.scenario(policies={})
    world.data(tmp_path / "without")
    world.scenario(policies={**policies_of(key), instrument_of(key): fields})
    with pytest.raises(InputError) as caught:
        world.data(tmp_path / "with")
    assert {p.column.split(".")[1] for p in caught.value.problems} == {instrument_of(key)}


@EACH
def test_a_field_that_it_does_not_have_is_an_error(tmp_path, key):
    world = common_world()
    world.scenario(policies={**policies_of(key), instrument_of(key): {**SETTINGS[key].mild, "wish": 1}})
    with pytest.raises(InputError, match=r"wish: no such field"):
        world.data(tmp_path)


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_instruments_together(solve, pair):
    policies = policies_of(*pair)
    if frozenset(pair) in CONFLICTS:
        with pytest.raises((InputError, InfeasibleError), match=CONFLICTS[frozenset(pair)]):
            solve(policies)
        return
    both = solve(policies)
    assert all(check["ok"] for check in both.checks)
    assert both.paid() == near(sum(both.transfers.values()))
    assert both.tables["costs"].sum("present_value_m_cny", kind="transfer") == near(both.paid())
    for one, other in (pair, pair[::-1]):
        if instrument_of(other) in SETTINGS[one].needs:
            continue  # the one stands with other settings of what it needs when it stands alone
        added = {other, *SETTINGS[other].needs} - {one, *SETTINGS[one].needs}
        if all(SETTINGS[name].tightens for name in added):
            alone = solve(policies_of(one)).objective
            assert both.objective >= alone - 1e-9 * abs(alone)


@pytest.mark.parametrize(
    ("policies", "error", "words"),
    [
        (
            {"capacity_cap": {"cap_mt_per_a": 0.1}, "metal_trade": {"export_floor_mt_per_a": 0.3}},
            InfeasibleError,
            ("national_cap[", "metal_export_floor["),
        ),
        (
            {
                "emission_cap": {"limit_mt": 0, "boundary": "direct"},
                "metal_trade": {"export_floor_mt_per_a": 0.3},
            },
            InfeasibleError,
            ("emission_cap[", "metal_export_floor["),
        ),
        (
            {
                "ore_supply": {"limit_mt_per_a": {"home": 0, "abroad": 0}},
                "alumina_trade": {"import_limit_mt_per_a": 0},
                "metal_trade": {"export_floor_mt_per_a": 0.3},
            },
            InfeasibleError,
            ("ore_origin_limit[", "alumina_import_limit[", "metal_export_floor["),
        ),
        (
            {"capacity_replacement": {"ratio": 1.0}},
            InputError,
            ("replacement has no meaning without a cap",),
        ),
        (
            {"metal_trade": {"export_floor_mt_per_a": 0.2, "export_limit_mt_per_a": 0.1}},
            InputError,
            ("the floor of 2025 is above the limit of 0.1",),
        ),
    ],
    ids=["cap and floor", "emissions and floor", "ore, alumina and floor", "no cap", "floor and limit"],
)
def test_settings_that_cannot_stand_together_are_named(solve, policies, error, words):
    with pytest.raises(error) as caught:
        solve(policies)
    assert all(word in str(caught.value) for word in words)
