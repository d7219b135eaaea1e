"""Metasurface NOMA as the contract sees it: its methods and itself."""

from typing import Any

from numpy.typing import ArrayLike

from beamwright.core import Method, System, guarded, plain_array, require
from beamwright.systems.dma_noma import options
from beamwright.systems.dma_noma.asked import BOUND, SCENERY, asked
from beamwright.systems.dma_noma.baselines import (
    fdma,
    focusing,
    fully_digital,
    non_robust,
    planar_wave,
    tdma,
    zero_forcing,
)
from beamwright.systems.dma_noma.certificate import certify
from beamwright.systems.dma_noma.channel_ball import csi_ball
from beamwright.systems.dma_noma.cutting_set import cutting_set
from beamwright.systems.dma_noma.guaranteed import first_order, sdr_sca
from beamwright.systems.dma_noma.known import INPUTS, checked
from beamwright.systems.dma_noma.realisation import draw
from beamwright.systems.dma_noma.results import Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.scorecard import evaluate


@guarded(Scenario)
def known(scenario: Scenario, **arrays: ArrayLike) -> Known:
    """A user's positions. Raises ValueError naming what is missing or wrong."""
    missing = [name for name in INPUTS if name not in arrays]
    require(not missing, ", ".join(missing), "be given", "nothing")
    found = checked(scenario, Known(**{name: plain_array(arrays[name], name) for name in INPUTS}))
    return Known(found.near_positions_m, found.far_positions_m, None, found.drop)


def headline(scenario: Scenario, design: Design) -> list[dict[str, Any]]:
    """One row per drop for the table a person reads."""
    proof = design.certificate
    return [
        {
            "drop": drop,
            "status": status,
            "guaranteed (bit/s/Hz)": design.guaranteed_sum_rate[drop],
            "verified (bit/s/Hz)": proof.verified_sum_rate[drop],
            "weighted": design.guaranteed_weighted_rate[drop],
            "its bound": proof.bound[drop],
            "least near": proof.verified_near_rates[drop].min(),
            "least far": proof.verified_far_rates[drop].min(),
            "rounds": int(design.iterations[drop]),
            "Rayleigh (m)": scenario.rayleigh_m,
        }
        for drop, status in enumerate(design.status_text)
    ]


METHODS = {
    method.name: method
    for method in (
        Method(
            "robust", "Largest guaranteed rate over balls of positions: projected BFGS and closed-form powers",
            options.Robust, first_order,
        ),
        Method("cutting-set", "The same solver against worst positions, one by one", options.CuttingSet, cutting_set),
        Method(
            "sdr-sca", "Comparison: semidefinite and convex programs by CVXPY, drop after drop (extra: reference)",
            options.SdrSca, sdr_sca,
        ),
        Method(
            "csi-ball", "Comparison: robust to balls of channels instead of positions", options.CsiBall, csi_ball,
        ),
        Method("non-robust", "Baseline: the same solver for the estimates alone", options.Solver, non_robust),
        Method("planar-wave", "Baseline: robust, but waves taken for plane", options.Solver, planar_wave),
        Method("zero-forcing", "Baseline: hologram and nulls at the near users", options.Nothing, zero_forcing),
        Method("focusing", "Baseline: hologram and matched beams", options.Nothing, focusing),
        Method("tdma", "Baseline: near and far users in turns, each slot robust", options.Tdma, tdma),
        Method("fdma", "Baseline: near and far users in half a band each, beams of robust", options.Solver, fdma),
        Method("fully-digital", "Upper comparison: a chain per element, robust", options.Solver, fully_digital),
    )
}  # fmt: skip

SYSTEM = System(
    name="dma-noma",
    title="NOMA from a dynamic metasurface antenna, users known by uncertain positions",
    source="Y. Xiu, Y. Zhao, S. Yang, Y. Zhang, D. Niyato, et al., “Robust Beamforming Design for Near-Field "
    "DMA-NOMA mmWave Communications With Imperfect Position Information”",
    scenario=Scenario,
    design=Design,
    methods=METHODS,
    channels=INPUTS,
    draw=draw,
    known=known,
    evaluate=evaluate,
    certify=certify,
    headline=headline,
    asked=asked,
    bound=BOUND,
    scenery=SCENERY,
)
