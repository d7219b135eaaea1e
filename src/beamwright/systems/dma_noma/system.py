"""Names of the metasurface NOMA system: its methods and itself, as the contract sees them."""

from beamwright.core import Method, System
from beamwright.systems.dma_noma import audit, methods
from beamwright.systems.dma_noma.scene import INPUTS, Scenario, draw, known
from beamwright.systems.dma_noma.types import Design

METHODS = {
    method.name: method
    for method in (
        Method("robust", "Largest guaranteed rate over balls of positions: projected BFGS and closed-form powers",
               methods.RobustOptions, methods.first_order),
        Method("cutting-set", "The same solver against worst positions, one by one",
               methods.CuttingSetOptions, methods.cutting_set),
        Method("sdr-sca", "Comparison: semidefinite and convex programs by CVXPY, drop after drop (extra: reference)",
               methods.SdrScaOptions, methods.sdr_sca),
        Method("csi-ball", "Comparison: robust to balls of channels instead of positions",
               methods.CsiBallOptions, methods.csi_ball),
        Method("non-robust", "Baseline: the same solver for the estimates alone",
               methods.SearchOptions, methods.non_robust),
        Method("planar-wave", "Baseline: robust, but waves taken for plane",
               methods.SearchOptions, methods.planar_wave),
        Method("zero-forcing", "Baseline: hologram and nulls at the near users",
               methods.NoOptions, methods.zero_forcing),
        Method("focusing", "Baseline: hologram and matched beams",
               methods.NoOptions, methods.focusing),
        Method("tdma", "Baseline: near and far users in turns, each slot robust",
               methods.TdmaOptions, methods.tdma),
        Method("fdma", "Baseline: near and far users in half a band each, beams of robust",
               methods.SearchOptions, methods.fdma),
        Method("fully-digital", "Upper comparison: a chain per element, robust",
               methods.SearchOptions, methods.fully_digital),
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
    evaluate=audit.evaluate,
    certify=audit.certify,
    headline=audit.headline,
    asked=audit.demanded,
    bound=audit.BOUND,
    scenery=audit.SCENERY,
)
