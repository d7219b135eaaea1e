"""A method is stated once: what its function takes by default is what its options say."""

import inspect
from importlib import import_module

import numpy as np
import pytest

from beamwright.core import USUAL
from beamwright.core.boundary import FORMER
from beamwright.systems import SYSTEMS, dma_noma, noma_isac

METHODS = [pytest.param(method, id=f"{system.name}-{method.name}") for system in SYSTEMS.values()
           for method in system.methods.values()]  # fmt: skip
REQUIRED = {"sinr_db", "power_w", "checkpoint"}
"""What nobody can guess: functions want it said."""


@pytest.mark.parametrize("method", METHODS)
def test_the_function_has_the_defaults_of_the_options(method):
    signature = inspect.signature(method.run)
    for name, field in method.options.model_fields.items():
        if name in signature.parameters:
            default = signature.parameters[name].default
            assert default == field.default or (default is inspect.Parameter.empty and name in REQUIRED), name
        else:
            kinds = {parameter.kind for parameter in signature.parameters.values()}
            assert inspect.Parameter.VAR_KEYWORD in kinds, name


@pytest.mark.parametrize("method", METHODS)
def test_no_default_is_written_twice(method):
    """In the source an argument that is an option says ``USUAL``."""
    written = inspect.signature(inspect.unwrap(getattr(method.run, "func", method.run)))
    for name, parameter in written.parameters.items():
        if name in method.options.model_fields:
            assert parameter.default is USUAL or parameter.default is inspect.Parameter.empty, name


def public_functions():
    """Functions that a system's module exports, and those of its methods."""
    for system in SYSTEMS.values():
        module = import_module(system.scenario.__module__.rpartition(".")[0])
        named = {name: getattr(module, name) for name in module.__all__}
        named |= {f"{system.name} {method.name}": method.run for method in system.methods.values()}
        for name, function in named.items():
            if inspect.isfunction(function):
                yield pytest.param(function, id=f"{system.name}-{name}")


@pytest.mark.parametrize("function", list(public_functions()))
def test_public_doors_say_scenario_and_channels(function):
    assert not set(FORMER) & set(inspect.signature(function).parameters)


def test_the_former_letters_still_open_them():
    s, h = noma_isac.Scenario(antennas=2, users=1, target_angles_deg=()), np.ones((1, 2))
    assert noma_isac.worst_case_sinr(s=s, h=h, beams=h, csi_error=0.0).sinr.shape == (1, 1, 1)
    now, before = (
        noma_isac.minimise_power(scenario=s, channels=h, sinr_db=3.0),
        noma_isac.minimise_power(s=s, h=h, sinr_db=3.0),
    )
    assert now.objective_w == before.objective_w
    assert dma_noma.element_positions(s=dma_noma.Scenario()).shape[-1] == 3
    with pytest.raises(TypeError, match="multiple values|unexpected"):
        noma_isac.minimise_power(s, h, 3.0, s=s)
