"""Yardsticks without a search: fixed arrays, equal user powers, closed-form beams and filters."""

from beamwright.core import Config, guarded, renamed
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods.certified import certified_design
from beamwright.systems.cellfree.scene import Design, Known, Scenario, checked, design_bytes


class Nothing(Config):
    """A method without options."""


@guarded(Scenario, Nothing, design_bytes)
def silence(scenario: Scenario, known: Known) -> Design:
    """No beams at all: the users keep their rates, the radar has none."""
    return _yardstick(scenario, known, "silence")


@guarded(Scenario, Nothing, design_bytes)
def conjugate_beams(scenario: Scenario, known: Known) -> Design:
    """Fixed arrays, beams matched to the target, full power."""
    return _yardstick(scenario, known, "conjugate")


@guarded(Scenario, Nothing, design_bytes)
def leakage_beams(scenario: Scenario, known: Known) -> Design:
    """Fixed arrays, beams that light the target and spare all receive arrays, full power."""
    return _yardstick(scenario, known, "leakage")


@renamed
def yardsticks(scenario: Scenario, known: Known) -> dict[str, Design]:
    """Designs that every other one should be held against: ``silence``, ``conjugate``, ``leakage``."""
    return {
        "silence": silence(scenario, known),
        "conjugate": conjugate_beams(scenario, known),
        "leakage": leakage_beams(scenario, known),
    }


def _yardstick(s: Scenario, known: Known, name: str) -> Design:
    known = checked(s, known)
    return certified_design(s, known, *physics.yardstick(s, known, name))
