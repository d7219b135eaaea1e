"""Base of every method: shared options, checks before it computes, and designs completed by their certificate."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import ParamSpec

import numpy as np

from beamwright.core import Config, guarded, parameter, ranges, require
from beamwright.systems.dma_noma.audit.certificate import certify
from beamwright.systems.dma_noma.physics import Access, Design, Known, Scenario
from beamwright.systems.dma_noma.physics.responses import network_of
from beamwright.systems.dma_noma.sizes import design_bytes
from beamwright.systems.dma_noma.solve import ChannelSets, Options, SearchResult, frame_of, search_from_starts
from beamwright.systems.dma_noma.types import Certificate, polar

P = ParamSpec("P")


class NoOptions(Config):
    """Options of a method in closed form: none."""


class SearchOptions(Config):
    """Options of designs by the first-order solver."""

    starts: int = parameter(
        1, "Starts per drop, all followed for a round, the best then to the end", source="spec, section 6",
        **ranges.STARTS,
    )  # fmt: skip
    rounds: int = parameter(4, "At most so many rounds of beams and powers", **ranges.ROUNDS)
    steps: int = parameter(480, "Steps of BFGS per sharpness of the smoothed maximum", **ranges.ROUNDS)
    seed: int = parameter(0, "Seed of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


def guarded_method(options: type[Config]) -> Callable[[Callable[P, Design]], Callable[P, Design]]:
    """Decorator of a method's function: scenario, options and memory are checked before it computes."""
    return guarded(Scenario, options, design_bytes)


def require_amplitudes(s: Scenario) -> None:
    """Raise ValueError where elements have no amplitudes to choose."""
    remedy = "Design by robust instead"
    rule = "be amplitude for this method, which chooses amplitudes"
    require(s.element_weights == "amplitude", "element_weights", rule, s.element_weights, remedy)
    rule = "have amplitudes for this method, which chooses them"
    require(s.feeding != "phase-shifters", "feeding", rule, s.feeding, remedy)


def design_for_sets(
    s: Scenario, known: Known, sets_of: Callable[[Known], ChannelSets], starts: int, options: Options, seed: int
) -> Design:
    """Design by the first-order solver against channel sets; certified over the scenario set and by the adversary."""
    frame = frame_of(s, known)
    result = search_from_starts(s, frame.known, sets_of(frame.known), starts, options, seed)
    return design_of(s, known, frame.restored(result))


def design_of(s: Scenario, known: Known, result: SearchResult) -> Design:
    """Certified design of a search's result."""
    return certified_design(
        s, known, result.responses, result.beams, result.powers_w, trace=result.trace, iterations=result.rounds
    )


def certified_design(
    s: Scenario,
    known: Known,
    responses: np.ndarray,
    beams: np.ndarray,
    powers_w: np.ndarray,
    *,
    access: Access = Access.NOMA,
    share: tuple[float, float] | np.ndarray = (1.0, 1.0),
    far: tuple[np.ndarray, np.ndarray] | None = None,
    trace: np.ndarray | None = None,
    iterations: np.ndarray | None = None,
) -> Design:
    """Design whose rates and status are those of its certificate.

    Args: responses of the elements; far: responses and beams of the far users' slot, where slots differ; trace and
          iterations of a search.
    """
    drops = len(responses)
    nothing = np.full(drops, np.nan)
    amplitudes, phases = polar(responses)
    far_amplitudes, far_phases = (None, None) if far is None else polar(far[0])
    draft = Design(
        amplitudes=amplitudes,
        beams=beams,
        powers_w=powers_w,
        guaranteed_sum_rate=nothing,
        guaranteed_weighted_rate=nothing,
        trace=nothing[:, None],
        iterations=np.zeros(drops, int) if iterations is None else iterations,
        status=np.zeros(drops, int),
        access=np.full(drops, int(access)),
        share=np.broadcast_to(np.asarray(share, float), (drops, 2)).copy(),
        network=np.full(drops, int(network_of(s))),
        certificate=Certificate(*(nothing for _ in fields(Certificate))),
        far_amplitudes=far_amplitudes,
        far_beams=None if far is None else far[1],
        phases_rad=phases,
        far_phases_rad=far_phases,
    )
    return completed(s, known, draft if trace is None else replace(draft, trace=trace))


def completed(s: Scenario, known: Known, draft: Design) -> Design:
    """Design with the certificate of its arrays, and the rates and status of that; without a trace, its rate."""
    certificate = certify(s, known, draft)
    rate, nothing = certificate.guaranteed_weighted_rate, np.isnan(draft.trace).all()
    return replace(
        draft,
        guaranteed_sum_rate=certificate.guaranteed_sum_rate,
        guaranteed_weighted_rate=rate,
        trace=rate[:, None] if nothing else draft.trace,
        status=certificate.status,
        certificate=certificate,
    )
