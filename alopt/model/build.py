"""The model, as a table of contents."""

from __future__ import annotations

import pyomo.core as pyo
from pyomo.common.gc_manager import PauseGC

from alopt.data.model_data import ModelData
from alopt.model.capacity import build_capacity
from alopt.model.costs import resource_costs
from alopt.model.markets import build_markets
from alopt.model.materials import build_materials
from alopt.model.operation import build_operation
from alopt.model.power import build_power
from alopt.model.sets import build_sets
from alopt.model.variables import build_variables


def build(data: ModelData) -> pyo.ConcreteModel:
    """Build the linear program of a scenario.

    Parameters
    ----------
    data : ModelData
        From :func:`alopt.load`.

    Returns
    -------
    ConcreteModel
        With ``data``, its index ``sets`` and ``index_names`` attached; constraints may be added
        before it is solved. ``transfers`` collects the payments that policies add to the
        objective, which are no resource costs.
    """
    from alopt.policies import build_policies  # noqa: PLC0415 - policies write equations of this model

    m = pyo.ConcreteModel(name=data.scenario.name)
    m.data, m.sets, m.index_names, m.transfers = data, build_sets(data), {}, {}
    with PauseGC():
        build_variables(m)
        build_capacity(m)
        build_operation(m)
        build_power(m)
        build_materials(m)
        build_markets(m)
        build_policies(m)
        m.total_cost = pyo.Objective(expr=resource_costs(m) + sum(m.transfers.values()))
    return m
