"""Base of every method: shared options, checks before it computes, and designs completed by their certificate."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import ParamSpec

import numpy as np

from beamwright.core import Config, guarded, parameter, ranges
from beamwright.systems.dma_noma.audit.certificate import certify
from beamwright.systems.dma_noma.physics import Access, Design, Known, Scenario
from beamwright.systems.dma_noma.sizes import design_bytes
from beamwright.systems.dma_noma.solve import ChannelSets, Options, SearchResult, search_from_starts
from beamwright.systems.dma_noma.types import Certificate

P = ParamSpec("P")


class NoOptions(Config):
    """Options of a method in closed form: none."""


class SearchOptions(Config):
    """Options of designs by the first-order solver."""

    starts: int = parameter(1, "Starts per drop, of which the best is kept", source="spec, section 6", **ranges.STARTS)
    rounds: int = parameter(8, "At most so many rounds of beams and powers", source="spec, section 6", **ranges.ROUNDS)
    steps: int = parameter(
        60, "Steps of BFGS per sharpness of the smoothed maximum", source="spec, section 6", **ranges.ROUNDS
    )
    seed: int = parameter(0, "Seed of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


def guarded_method(options: type[Config]) -> Callable[[Callable[P, Design]], Callable[P, Design]]:
    """Decorator of a method's function: scenario, options and memory are checked before it computes."""
    return guarded(Scenario, options, design_bytes)


def design_for_sets(s: Scenario, known: Known, sets: ChannelSets, starts: int, options: Options, seed: int) -> Design:
    """Design by the first-order solver against channel sets; certified over the scenario set and by the adversary."""
    return design_of(s, known, search_from_starts(s, known, sets, starts, options, seed))


def design_of(s: Scenario, known: Known, result: SearchResult) -> Design:
    """Certified design of a search's result."""
    return certified_design(
        s, known, result.amplitudes, result.complex_beams, result.powers_w, trace=result.trace,
        iterations=result.rounds,
    )  # fmt: skip


def certified_design(
    s: Scenario,
    known: Known,
    amplitudes: np.ndarray,
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

    Args: far amplitudes and beams of the far users' slot, where slots differ; trace and iterations of a search.
    """
    drops = len(amplitudes)
    nothing = np.full(drops, np.nan)
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
        digital=np.full(drops, int(s.feeding == "digital")),
        certificate=Certificate(*(nothing for _ in fields(Certificate))),
        far_amplitudes=None if far is None else far[0],
        far_beams=None if far is None else far[1],
    )
    certificate = certify(s, known, draft)
    return replace(
        draft,
        guaranteed_sum_rate=certificate.guaranteed_sum_rate,
        guaranteed_weighted_rate=certificate.guaranteed_weighted_rate,
        trace=certificate.guaranteed_weighted_rate[:, None] if trace is None else trace,
        status=certificate.status,
        certificate=certificate,
    )
