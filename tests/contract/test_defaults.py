"""A method is stated once: what its function takes by default is what its options say."""

import inspect

import pytest

from beamwright.core import USUAL
from beamwright.systems import SYSTEMS

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
