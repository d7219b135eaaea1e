"""Names of the metasurface NOMA system: its methods and itself, as the contract sees them."""

from beamwright.core import Method, System
from beamwright.systems.dma_noma.audit import certificate, demanded, scorecard
from beamwright.systems.dma_noma.methods import (
    baselines,
    csi_ball,
    cutting_set,
    orthogonal,
    published_alternation,
    quantised,
    robust,
    sdr_sca,
)
from beamwright.systems.dma_noma.scene import INPUTS, Scenario, draw, known
from beamwright.systems.dma_noma.types import Design

METHODS = {
    method.name: method
    for method in (
        Method("robust", "Largest guaranteed rate over balls of positions: projected BFGS and closed-form powers",
               robust.RobustOptions, robust.maximise_guaranteed_rate),
        Method("cutting-set", "The same solver against worst positions, one by one",
               cutting_set.CuttingSetOptions, cutting_set.cutting_set),
        Method("quantised", "The robust design with amplitudes of b bits, improved element by element",
               quantised.QuantisedOptions, quantised.quantised),
        Method("sdr-sca", "Comparison: semidefinite and convex programs by CVXPY, drop after drop (extra: reference)",
               sdr_sca.SdrScaOptions, sdr_sca.sdr_sca),
        Method("csi-ball", "Comparison: robust to balls of channels instead of positions",
               csi_ball.CsiBallOptions, csi_ball.csi_ball),
        Method("published-alternation", "Comparison: worst positions and a design for them alone in turn, as printed",
               published_alternation.AlternationOptions, published_alternation.published_alternation),
        Method("non-robust", "Baseline: the same solver for the estimates alone",
               baselines.SearchOptions, baselines.non_robust),
        Method("planar-wave", "Baseline: robust, but waves taken for plane",
               baselines.SearchOptions, baselines.planar_wave),
        Method("zero-forcing", "Baseline: hologram and nulls at the near users",
               baselines.NoOptions, baselines.zero_forcing),
        Method("focusing", "Baseline: hologram and matched beams",
               baselines.NoOptions, baselines.focusing),
        Method("tdma", "Baseline: near and far users in turns, each slot robust",
               orthogonal.TdmaOptions, orthogonal.tdma),
        Method("fdma", "Baseline: near and far users in half a band each, beams of robust",
               orthogonal.SearchOptions, orthogonal.fdma),
        Method("fully-digital", "Upper comparison: a chain per element, robust",
               baselines.SearchOptions, baselines.fully_digital),
        Method("phase-shifters", "Comparison: no surface, as many chains connected to all elements by phase shifters",
               baselines.SearchOptions, baselines.phase_shifters),
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
    evaluate=scorecard.evaluate,
    certify=certificate.certify,
    headline=scorecard.headline,
    asked=demanded.demanded,
    bound=demanded.BOUND,
    scenery=demanded.SCENERY,
)
