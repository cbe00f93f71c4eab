"""Ten planted conflicts: each named, the smallest change right by hand, and applied it mends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from worlds import plain_world

import alopt
from alopt.errors import InfeasibleError
from alopt.results.diagnosis import Diagnosis
from alopt.solve import Solver, compile_program
from alopt.solve.conflict import find_conflict, restrict
from alopt.solve.elastic import Elastic

from .planted import PLANTED, Planted, dry_season, floor_of, in_dry_south, nobody_unserved

CASES = pytest.mark.parametrize("case", PLANTED.values(), ids=PLANTED)
MENDS = pytest.mark.parametrize(
    ("case", "mend"),
    [
        pytest.param(case, mend, id=f"{name}: {mend.words}")
        for name, case in PLANTED.items()
        for mend in case.mends
    ],
)


def built(case: Planted, folder, world=None):
    model = alopt.build((world or case.world()).data(folder))
    case.change(model)
    return model


def diagnosis(model):
    with pytest.raises(InfeasibleError) as caught:
        alopt.solve(model)
    assert not caught.value.unbounded
    assert str(caught.value) == caught.value.diagnosis.text()
    return caught.value.diagnosis


def found(told, words):
    """The one mend with these words, as (lever, size)."""
    fitting = [mend for mend in told.mends if words in str(mend)]
    assert len(fitting) == 1, told.text()
    assert len(fitting[0].changes) == 1, told.text()
    return fitting[0].changes[0]


@CASES
def test_the_story_names_the_culprits(case, tmp_path):
    told = diagnosis(built(case, tmp_path))
    assert len(told.stories) == 1
    for words in (*case.story, case.short):
        assert words in told.stories[0]


@MENDS
def test_the_smallest_change_is_right(case, mend, tmp_path):
    lever, size = found(diagnosis(built(case, tmp_path)), mend.words)
    assert size == pytest.approx(mend.size, abs=1e-6)
    assert lever.present is not None
    expected = lever.present + (-size if lever.verb == "lower" else size)
    assert lever.after(size) == pytest.approx(expected)


@MENDS
def test_applied_it_mends_and_less_does_not(case, mend, tmp_path):
    """A change of 1e-6 more is enough, of 1e-3 less is not."""
    world = case.world()
    mend.apply(world, mend.size + 1e-6)
    solution = alopt.solve(built(case, tmp_path / "enough", world))
    assert solution.objective == pytest.approx(solution.optimum.dual_objective)
    if mend.apply.__name__ != "closed_later":  # a date has no smaller step
        world = case.world()
        mend.apply(world, mend.size - 1e-3)
        with pytest.raises(InfeasibleError):
            alopt.solve(built(case, tmp_path / "less", world))


@CASES
def test_policies_without_which_it_is_feasible(case, tmp_path):
    """Those named are enough, and no other is."""
    told = diagnosis(built(case, tmp_path / "all"))
    assert set(told.drops) == set(case.drops)
    for policy in case.drops:
        world = case.world()
        del world.keys["policies"][policy]
        if policy == "capacity_cap":
            world.keys["policies"].pop("capacity_replacement", None)
        alopt.solve(built(case, tmp_path / policy, world))


@CASES
def test_the_listed_rows_are_irreducible(case, tmp_path):
    """They cannot hold together, and can when any one is left out."""
    model = built(case, tmp_path)
    program = compile_program(model)
    places = {name: row for row, name in enumerate(program.row_names())}
    listed = [row.partition(" ")[0] for row in diagnosis(model).rows if not row.startswith("bound of")]
    rows = [places[name] for name in listed]

    def feasible(kept):
        if not kept:
            return True
        try:
            Solver(restrict(program, kept)[0]).solve()
        except InfeasibleError:
            return False
        return True

    assert not feasible(rows)
    for row in rows:
        assert feasible([other for other in rows if other != row]), program.row_names()[row]


def test_rows_that_differ_in_their_place_alone_are_told_once():
    supply = tuple(f"metal_supply[{place},2030] ≥ 0 - Metal leaves." for place in ("north", "south", "west"))
    rows = (
        "emission_cap[2030] ≤ 4 - Emissions stay under.",
        *supply,
        "bound of running[a,b,2030]: ≥ 0",
        "cap ≤ 3",
    )
    assert Diagnosis("infeasible", (), rows=rows).text().splitlines()[2:] == [
        "  emission_cap[2030] ≤ 4 - Emissions stay under.",
        "  metal_supply[north,2030], and 2 more of the kind: ≥ 0 - Metal leaves.",
        "  bound of running[a,b,2030]: ≥ 0",
        "  cap ≤ 3",
    ]


@CASES
def test_an_irreducible_conflict_and_its_weights(case, tmp_path):
    """The weighted rows fail by the violation: relaxing one alone by violation / weight resolves them."""
    program = compile_program(built(case, tmp_path))
    solver = Solver(program)
    with pytest.raises(InfeasibleError):
        solver.solve()
    conflict = find_conflict(solver)
    assert set(conflict.weights) == set(conflict.rows)
    assert conflict.violation > 0
    row, weight = next(iter(conflict.weights.items()))
    part, _ = restrict(program, conflict.rows)
    lever = {conflict.rows.index(row): -1.0 if weight > 0 else 1.0}
    least = Elastic(part, [lever], [float("inf")]).least({0: 1.0})
    assert least is not None
    assert least.amounts[0] == pytest.approx(conflict.violation / abs(weight), abs=1e-6)


def two_conflicts(model):
    """Output of the south's dry season, and metal that must not be short."""
    floor_of(0.25, in_dry_south)(model)
    nobody_unserved(model)


def test_two_conflicts_at_once(tmp_path):
    """No one value is enough; together the floor comes down to 2/13 and demand to what can be made.

    North makes 0.6, the south 0.3 in the wet season and 2 TWh / 13 in the dry one; demand is 1.6.
    """
    world = dry_season()
    world.demand(1.6)
    model = alopt.build(world.data(tmp_path))
    two_conflicts(model)
    told = diagnosis(model)
    changes = {lever.what: size for lever, size in told.together.changes}
    assert len(told.stories) == 2
    assert not told.mends
    assert changes["output floor"] == pytest.approx(0.25 - 2 / 13, abs=1e-6)
    made = 0.6 + 0.3 + 2 / 13
    assert changes["the demand for primary metal in south ingot, 2025"] == pytest.approx(1.6 - made, abs=1e-6)
    assert "The smallest change in all" in told.text()


def test_sizes_are_against_the_present_value(tmp_path):
    """Hydro rises by 1.25 on 1.2, grid by 1.25 on 0.8: hydro comes first."""
    case = PLANTED["power of the dry season"]
    told = diagnosis(built(case, tmp_path))
    volumes = [mend for mend in told.mends if "volume" in str(mend)]
    assert [round(mend.size, 6) for mend in volumes] == [round(1.25 / 1.2, 6), round(1.25 / 0.8, 6)]
    assert [mend.size for mend in told.mends] == sorted(mend.size for mend in told.mends)


def test_data_of_a_diagnosis(tmp_path):
    told = diagnosis(built(PLANTED["ore"], tmp_path)).as_json()
    change = next(m for m in told["mends"] if "ore" in m["text"])["changes"][0]
    assert change["where"] == "tables/bauxite_values.csv, origin pit, volume_mt_per_a"
    assert (change["now"], change["unit"], change["verb"]) == (1.0, "Mt", "raise")
    assert change["then"] == pytest.approx(1.5, abs=1e-6)
    assert told["status"] == "infeasible"


def test_nothing_that_may_be_changed(tmp_path):
    """A balance that was broken by hand is named, and no mend is made up."""
    model = alopt.build(plain_world().data(tmp_path))
    model.capacity.fix(0.0)
    model.retired_capacity.fix(0.0)
    told = diagnosis(model)
    assert not told.mends
    assert any("capacity_balance" in row for row in told.rows)


def test_a_bound_of_the_users_own(tmp_path):
    """South may not fall below 0.7 Mt/a, and 0.6 stand there: the bound is named, with the 0.1 it is over."""
    model = alopt.build(plain_world().data(tmp_path))
    model.capacity["south_smelter", "pot", 2025].setlb(0.7)
    told = diagnosis(model)
    lever, size = found(told, "bound of capacity (South smelter, pot, 2025)")
    assert (lever.verb, lever.present) == ("lower", 0.7)
    assert size == pytest.approx(0.1, abs=1e-6)


def test_every_lever_loosens(tmp_path):
    """With levers wide open every planted conflict is feasible; with all shut none is."""
    for number, case in enumerate(PLANTED.values()):
        program = compile_program(built(case, tmp_path / str(number)))
        rows = [
            {row: 1.0 if sense > 0 else -1.0} for row, sense in enumerate(program.senses.tolist()) if sense
        ]
        rows += [
            {row: s} for row, sense in enumerate(program.senses.tolist()) if not sense for s in (1.0, -1.0)
        ]
        elastic = Elastic(program, rows, [float("inf")] * len(rows))
        assert elastic.least({}) is None
        assert elastic.least(dict.fromkeys(range(len(rows)), 1.0)) is not None
        assert elastic.least({}) is None
        assert not elastic.holds_without([])
        assert elastic.holds_without(range(len(program.rows)))
        assert elastic.least({}) is None


def test_a_program_is_left_as_it_was(tmp_path):
    program = compile_program(built(PLANTED["ore"], tmp_path))
    before = replace(program, entries=program.entries.copy(), starts=program.starts.copy())
    Elastic(program, [{0: 1.0}], [1.0]).least({0: 1.0})
    assert (program.entries == before.entries).all()
    assert (program.starts == before.starts).all()
