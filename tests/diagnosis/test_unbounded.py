"""Cost without a lower bound: what grows, what each unit earns, and where that is written."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import plain_world

import alopt
from alopt.errors import InfeasibleError
from alopt.solve import compile_program
from alopt.solve.ray import cheapest_ray


def refused(model):
    with pytest.raises(InfeasibleError) as caught:
        alopt.solve(model)
    assert caught.value.unbounded
    assert caught.value.exit_code == 3
    return str(caught.value)


def paid_waste():
    """A route that earns 3,000 - 1,000 CNY a tonne of spent potlining and takes all that is offered."""
    world = plain_world()
    for quantity, value in (("cost_cny_per_t", 1000), ("credit_cny_per_t", 3000), ("share_limit", 1)):
        world.add("spent_potlining", route="kiln", quantity=quantity, value=value)
    return world


def test_waste_that_earns(tmp_path):
    model = alopt.build(paid_waste().data(tmp_path))
    text = refused(model)
    assert "spent potlining treated (kiln, 2025) rise" in text
    assert "brings 2,000 CNY" in text
    assert "leaves 2,000" in text
    assert "tables/spent_potlining.csv" in text


def test_mended_it_has_an_optimum(tmp_path):
    world = paid_waste()
    world.put("spent_potlining", "route", "quantity", route="kiln", quantity="cost_cny_per_t", value=3000)
    assert alopt.solve(alopt.build(world.data(tmp_path))).objective > 0


def exports_without_end(tmp_path):
    """Exports at 9,000 CNY/t; 13 MWh at 300 and nothing else: each tonne leaves 9,000 - 3,900 = 5,100.

    Whatever limits making metal is taken out by hand: exports, what stands, and what alumina there is.
    """
    world = plain_world()
    world.region("north", port=True)
    world.power("north", 300)
    world.step("export_steps", "abroad", 9000, 1)
    model = alopt.build(world.data(tmp_path))
    for name in ("export_step", "running_limit", "refinery_capacity"):
        getattr(model, name).deactivate()
    return model


def test_exports_that_earn(tmp_path):
    text = refused(exports_without_end(tmp_path))
    assert "exports of metal (north, abroad, 2025) rise" in text
    assert "brings 9,000 CNY and costs 3,900 in all that goes with it, which leaves 5,100" in text
    assert "13 TWh of power drawn (North smelter, grid, 2025)" in text
    assert "2 Mt of alumina" in text
    assert "tables/export_steps.csv" in text


def test_the_ray_keeps_every_row(tmp_path):
    """Along it no row and bound is left, however far, and the cost falls."""
    program = compile_program(exports_without_end(tmp_path))
    ray = cheapest_ray(program)
    assert ray is not None
    moved = program.activity(ray)
    assert np.all(moved[np.isfinite(program.row_lower)] >= -1e-9)
    assert np.all(moved[np.isfinite(program.row_upper)] <= 1e-9)
    assert np.all(ray[np.isfinite(program.column_lower)] >= 0)
    assert program.cost @ ray < 0


def test_a_sound_model_has_no_ray(tmp_path):
    assert cheapest_ray(compile_program(alopt.build(plain_world().data(tmp_path)))) is None
