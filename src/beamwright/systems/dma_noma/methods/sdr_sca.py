"""Comparison by semidefinite and convex programs, which need the extra ``reference`` (spec dma_noma, 6, B)."""

from beamwright.core import USUAL, Config, parameter, ranges
from beamwright.systems.dma_noma.methods.base import guarded_method
from beamwright.systems.dma_noma.physics import Design, Known, Scenario


class SdrScaOptions(Config):
    """Options of the convex reference."""

    starts: int = parameter(1, "Starts per drop, of which the best is kept", **ranges.STARTS)
    rounds: int = parameter(
        6, "At most so many rounds of beams, amplitudes and powers", source="spec, section 9", **ranges.ROUNDS
    )
    density: float = parameter(8.0, "Density of positions along a ball", source="spec, section 4", gt=0, le=1e6)
    seed: int = parameter(0, "Seed of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


@guarded_method(SdrScaOptions)
def sdr_sca(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    rounds: int = USUAL,
    density: float = USUAL,
    seed: int = USUAL,
) -> Design:
    """Design by CVXPY and Clarabel, see ``reference.alternate``: beams, amplitudes and powers in turn."""
    from beamwright.systems.dma_noma.methods.reference import alternate  # an extra: imported when it is called

    return alternate(scenario, known, starts, rounds, density, seed)
