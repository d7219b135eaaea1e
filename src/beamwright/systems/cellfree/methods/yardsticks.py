"""Yardsticks without a search: fixed arrays, equal user powers, closed-form beams and filters."""

from beamwright.core import Config, guarded
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods.certified import certified_design
from beamwright.systems.cellfree.scene import Design, Known, Scenario, checked, design_bytes


class Nothing(Config):
    """A method without options."""


@guarded(Scenario, Nothing, design_bytes)
def silence(s: Scenario, known: Known) -> Design:
    """No beams at all: the users keep their rates, the radar has none."""
    return _yardstick(s, known, "silence")


@guarded(Scenario, Nothing, design_bytes)
def conjugate_beams(s: Scenario, known: Known) -> Design:
    """Fixed arrays, beams matched to the target, full power."""
    return _yardstick(s, known, "conjugate")


@guarded(Scenario, Nothing, design_bytes)
def leakage_beams(s: Scenario, known: Known) -> Design:
    """Fixed arrays, beams that light the target and spare all receive arrays, full power."""
    return _yardstick(s, known, "leakage")


def yardsticks(s: Scenario, known: Known) -> dict[str, Design]:
    """Designs that every other one should be held against: ``silence``, ``conjugate``, ``leakage``."""
    return {
        "silence": silence(s, known), "conjugate": conjugate_beams(s, known), "leakage": leakage_beams(s, known)
    }  # fmt: skip


def _yardstick(s: Scenario, known: Known, name: str) -> Design:
    known = checked(s, known)
    return certified_design(s, known, *physics.yardstick(s, known, name))
