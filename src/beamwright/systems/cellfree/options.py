"""What a method may be told: typed, validated."""

from beamwright.core import Config, parameter, ranges
from beamwright.learn import amortised, ddpg, meta
from beamwright.systems.cellfree.actions import Actions
from beamwright.systems.cellfree.env import Objective


class Nothing(Config):
    """A method without options."""


class Solver(Config):
    """Options of designs by the deterministic optimiser."""

    starts: int = parameter(6, "Starts per drop, of which the best is kept", source="spec, section 6", **ranges.STARTS)
    radar_sinr_db: float | None = parameter(
        None, "Least SINR of the radar whatever the offsets", unit="dB", **ranges.DECIBELS
    )
    full_power: bool = parameter(False, "Whether every access point radiates all its power")
    rounds: int = parameter(
        2, "Of search; each further one adds the worst offsets found", source="spec, section 6", ge=1, le=1000
    )
    steps: int = parameter(300, "Of Adam per round", source="spec, section 6", **ranges.ROUNDS)
    seed: int = parameter(0, "Of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


class Sca(Config):
    """Options of the convex reference."""

    rounds: int = parameter(
        15, "At most so many rounds of filters and beams", source="spec, section 6", **ranges.ROUNDS
    )


class Learning(Config):
    """What every agent is told besides its own options."""

    actions: Actions = parameter("structured", "What an agent's numbers stand for", source="spec, section 7")
    objective: Objective = parameter("robust", "What an agent is paid for", source="spec, section 7")
    seed: int = parameter(0, "Of the training; drop i uses fold_in(key(seed), i)", **ranges.SEED)


class Ddpg(ddpg.Options, Learning):
    """Options of DDPG."""


class Meta(meta.Options, Learning):
    """Options of meta-exploration."""


class Amortised(amortised.Options, Learning):
    """Options of amortised design."""


class Policy(Config):
    """Options of a policy that was trained before."""

    checkpoint: str = parameter("", "policy.eqx, written by beamwright train, or its folder")
    starts: int = parameter(
        0, "If any, the optimiser goes on from the policy's design, with so many starts", ge=0, le=10_000
    )
    rounds: int = parameter(2, "Of its search", source="spec, section 6", ge=1, le=1000)
    steps: int = parameter(300, "Of Adam per round", source="spec, section 6", **ranges.ROUNDS)
    seed: int = parameter(0, "Of its other starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)
