"""What the designer does not know: sets of errors, distributions, and draws from them."""

from beamwright.uncertainty.csi_ball import sample_ball
from beamwright.uncertainty.phase_noise import mean_phasor, sample_von_mises, von_mises_angles

__all__ = ["mean_phasor", "sample_ball", "sample_von_mises", "von_mises_angles"]
