"""What a method may be told: typed, validated."""

from beamwright.core import Config, parameter


class Nothing(Config):
    """A method without options."""


class Solver(Config):
    """Options of designs by the deterministic optimiser."""

    starts: int = parameter(6, "Starts per drop, of which the best is kept", source="spec, section 6", ge=1)
    radar_sinr_db: float | None = parameter(None, "Least SINR of the radar whatever the offsets", unit="dB")
    full_power: bool = parameter(False, "Whether every access point radiates all its power")
    rounds: int = parameter(
        2, "Of search; each further one adds the worst offsets found", source="spec, section 6", ge=1
    )
    steps: int = parameter(300, "Of Adam per round", source="spec, section 6", ge=1)
    seed: int = parameter(0, "Of random starts; drop i uses fold_in(key(seed), i)", ge=0)


class Sca(Config):
    """Options of the convex reference."""

    rounds: int = parameter(15, "At most so many rounds of filters and beams", source="spec, section 6", ge=1)
