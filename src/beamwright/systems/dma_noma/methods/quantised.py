"""Robust design for amplitudes of b bits, as hardware has them (spec dma_noma, 6, D)."""

from beamwright.core import USUAL, parameter
from beamwright.systems.dma_noma.methods.base import SearchOptions, design_of, guarded_method, require_amplitudes
from beamwright.systems.dma_noma.physics import Design, Known, Scenario, checked
from beamwright.systems.dma_noma.solve import Options, frame_of, quantise, scenario_sets, search_from_starts


class QuantisedOptions(SearchOptions):
    """Options of the design with few amplitudes."""

    bits: int = parameter(2, "Bits b of every amplitude: levels 0, 1/(2^b - 1), ..., 1", ge=1, le=16)
    passes: int = parameter(2, "Passes over all elements, each followed by beams and powers", ge=0, le=10_000)


@guarded_method(QuantisedOptions)
def quantised(
    scenario: Scenario,
    known: Known,
    bits: int = USUAL,
    passes: int = USUAL,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """Robust design whose amplitudes have 2^b levels: the continuous one rounded, then improved element by element.

    Levels are judged by the exact worst case over the scenario set; a chain per element has none to choose.

    Args:    bits of an amplitude; passes over all elements; the others as ``maximise_guaranteed_rate``.
    Returns: Design; ``trace`` (drops, passes + 1) after rounding and after every pass, beams and powers included.
    Raises:  ValueError naming the argument.
    """
    known, options = checked(scenario, known), Options(rounds, steps)
    require_amplitudes(scenario)
    frame = frame_of(scenario, known)
    sets = scenario_sets(scenario, frame.known)
    result = search_from_starts(scenario, frame.known, sets, starts, options, seed)
    found = quantise(scenario, frame.known, sets, result, 2**bits - 1, passes, options)
    return design_of(scenario, known, frame.restored(found))
