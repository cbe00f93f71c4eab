"""Inputs: CSV tables and YAML scenarios become one validated, frozen ModelData."""

from alopt.data.load import assemble, load
from alopt.data.model_data import ModelData
from alopt.data.scenario import Scenario, load_scenario, scenario_names
from alopt.data.schema import default_inputs, read_schemas

__all__ = [
    "ModelData",
    "Scenario",
    "assemble",
    "default_inputs",
    "load",
    "load_scenario",
    "read_schemas",
    "scenario_names",
]
