"""What a method may be told: typed, validated."""

from typing import Literal

from beamwright.core import Config, parameter, ranges


class Nothing(Config):
    """A method without options."""


class Solver(Config):
    """Options of designs by the first-order solver."""

    starts: int = parameter(1, "Starts per drop, of which the best is kept", source="spec, section 6", **ranges.STARTS)
    rounds: int = parameter(8, "At most so many rounds of beams and powers", source="spec, section 6", **ranges.ROUNDS)
    steps: int = parameter(
        60, "Of BFGS per sharpness of the smoothed maximum", source="spec, section 6", **ranges.ROUNDS
    )
    seed: int = parameter(0, "Of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


class Robust(Solver):
    """Options of the proposed design."""

    density: float = parameter(8.0, "Of scenario positions along a ball", source="spec, section 4", gt=0, le=1e6)
    homotopy: bool = parameter(False, "One more start, that comes from the estimates through growing balls")
    assumed_error_m: float | None = parameter(
        None, "Radius that is designed for; default: the scenario's", unit="m", **ranges.METRES
    )


class CuttingSet(Solver):
    """Options of the growing set."""

    rounds: int = parameter(4, "At most so many rounds of beams and powers per design", **ranges.ROUNDS)
    density: float = parameter(
        16.0, "Of the grid on which worst positions are sought", source="spec, section 6", gt=0, le=1e6
    )
    cuts: int = parameter(8, "Positions added per user", ge=1, le=10_000)


class SdrSca(Config):
    """Options of the convex reference."""

    starts: int = parameter(1, "Starts per drop, of which the best is kept", **ranges.STARTS)
    rounds: int = parameter(
        6, "At most so many rounds of beams, amplitudes and powers", source="spec, section 9", **ranges.ROUNDS
    )
    density: float = parameter(8.0, "Of scenario positions along a ball", source="spec, section 4", gt=0, le=1e6)
    seed: int = parameter(0, "Of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


class CsiBall(Solver):
    """Options of the design for balls of channels."""

    kind: Literal["aligned", "raw"] = parameter(
        "aligned", "Error of a channel up to its phase, or with it", source="spec, section 4"
    )


class Tdma(Solver):
    """Options of time division."""

    share: Literal["halves", "minimum"] = parameter("halves", "Of time: halves, or what far users need")
