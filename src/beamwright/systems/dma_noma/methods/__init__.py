"""Methods: one file per question, its options and its function; a design by solve, then its audit."""

from beamwright.systems.dma_noma.methods.base import NoOptions, SearchOptions
from beamwright.systems.dma_noma.methods.baselines import (
    focusing,
    fully_digital,
    non_robust,
    planar_wave,
    zero_forcing,
)
from beamwright.systems.dma_noma.methods.csi_ball import CsiBallOptions, csi_ball
from beamwright.systems.dma_noma.methods.cutting_set import CuttingSetOptions, cutting_set
from beamwright.systems.dma_noma.methods.orthogonal import TdmaOptions, fdma, tdma
from beamwright.systems.dma_noma.methods.robust import RobustOptions, first_order, maximise_guaranteed_rate
from beamwright.systems.dma_noma.methods.sdr_sca import SdrScaOptions, sdr_sca

__all__ = [
    "CsiBallOptions",
    "CuttingSetOptions",
    "NoOptions",
    "RobustOptions",
    "SdrScaOptions",
    "SearchOptions",
    "TdmaOptions",
    "csi_ball",
    "cutting_set",
    "fdma",
    "first_order",
    "focusing",
    "fully_digital",
    "maximise_guaranteed_rate",
    "non_robust",
    "planar_wave",
    "sdr_sca",
    "tdma",
    "zero_forcing",
]
