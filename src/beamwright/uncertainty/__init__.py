"""What the designer does not know: sets of errors, and draws from them."""

from beamwright.uncertainty.csi_ball import sample_ball

__all__ = ["sample_ball"]
