"""No method designs in single precision: each says so by name, instead of stalling."""

import jax
import pytest

from beamwright.systems import SYSTEMS


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_method_refuses_single_precision(name):
    system = SYSTEMS[name]
    scenario = getattr(system.scenario, "small", system.scenario)()
    known = system.draw(scenario, jax.random.key(0), 1).known
    with jax.enable_x64(False):
        with pytest.raises(ValueError, match="jax_enable_x64 must be True"):
            system.draw(scenario, jax.random.key(0), 1)
        for method in system.methods.values():
            if "checkpoint" in method.options.model_fields:  # needs a training first
                continue
            with pytest.raises(ValueError, match="jax_enable_x64 must be True"):
                method(scenario, known)
