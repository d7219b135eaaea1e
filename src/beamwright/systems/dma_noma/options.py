"""What a method may be told: typed, validated."""

from typing import Literal

from beamwright.core import Config, parameter


class Nothing(Config):
    """A method without options."""


class Solver(Config):
    """Options of designs by the first-order solver."""

    starts: int = parameter(1, "Starts per drop, of which the best is kept", source="spec, section 6", ge=1)
    rounds: int = parameter(8, "At most so many rounds of beams and powers", source="spec, section 6", ge=1)
    steps: int = parameter(60, "Of BFGS per sharpness of the smoothed maximum", source="spec, section 6", ge=1)
    seed: int = parameter(0, "Of random starts; drop i uses fold_in(key(seed), i)", ge=0)


class Robust(Solver):
    """Options of the proposed design."""

    density: float = parameter(8.0, "Of scenario positions along a ball", source="spec, section 4", gt=0)
    homotopy: bool = parameter(False, "One more start, that comes from the estimates through growing balls")
    assumed_error_m: float | None = parameter(
        None, "Radius that is designed for; default: the scenario's", unit="m", ge=0
    )


class CuttingSet(Solver):
    """Options of the growing set."""

    rounds: int = parameter(4, "At most so many rounds of beams and powers per design", ge=1)
    density: float = parameter(16.0, "Of the grid on which worst positions are sought", source="spec, section 6", gt=0)
    cuts: int = parameter(8, "Positions added per user", ge=1)


class SdrSca(Config):
    """Options of the convex reference."""

    starts: int = parameter(1, "Starts per drop, of which the best is kept", ge=1)
    rounds: int = parameter(6, "At most so many rounds of beams, amplitudes and powers", source="spec, section 9", ge=1)
    density: float = parameter(8.0, "Of scenario positions along a ball", source="spec, section 4", gt=0)
    seed: int = parameter(0, "Of random starts; drop i uses fold_in(key(seed), i)", ge=0)


class CsiBall(Solver):
    """Options of the design for balls of channels."""

    kind: Literal["aligned", "raw"] = parameter(
        "aligned", "Error of a channel up to its phase, or with it", source="spec, section 4"
    )


class Tdma(Solver):
    """Options of time division."""

    share: Literal["halves", "minimum"] = parameter("halves", "Of time: halves, or what far users need")
