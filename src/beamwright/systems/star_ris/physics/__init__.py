"""Physics: exact moments of the channel and what follows from them. It knows no search."""

from beamwright.systems.star_ris.physics.as_printed import (
    printed_descends,
    printed_gradient,
    printed_means,
    printed_objective,
)
from beamwright.systems.star_ris.physics.model import Moments, qpsk_rates, ratio_rates
from beamwright.systems.star_ris.physics.moments import correlated_moments, moments
from beamwright.systems.star_ris.physics.monte_carlo import MonteCarlo, monte_carlo
from beamwright.systems.star_ris.physics.power_map import received_power_w

__all__ = [
    "Moments",
    "MonteCarlo",
    "correlated_moments",
    "moments",
    "monte_carlo",
    "printed_descends",
    "printed_gradient",
    "printed_means",
    "printed_objective",
    "qpsk_rates",
    "ratio_rates",
    "received_power_w",
]
