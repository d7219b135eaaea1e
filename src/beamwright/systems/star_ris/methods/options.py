"""Options of the methods: typed, validated, with units."""

from collections.abc import Callable
from typing import Any, Literal, ParamSpec

from numpy.typing import ArrayLike

from beamwright.core import Config, guarded, parameter, ranges, require
from beamwright.systems.star_ris.scene import Scenario
from beamwright.systems.star_ris.sizes import design_bytes
from beamwright.systems.star_ris.solve import Closed, ForLeast, ForSum, Kind
from beamwright.systems.star_ris.types import Design

P = ParamSpec("P")
_PRECODER = "Precoder: closed form for the mean channels"


def _tolerance() -> Any:
    what = "Norm of the Riemannian gradient at which the search ends"
    return parameter(1e-3, what, source="spec, section 5", ge=1e-15, le=1.0)


class _Start(Config):
    seed: int = parameter(0, "Seed of random phases to start from; drop i uses fold_in(key(seed), i)", **ranges.SEED)


class _Search(_Start):
    tolerance: float = _tolerance()
    iterations: int = parameter(200, "At most so many steps per search", source="spec, section 5", **ranges.ROUNDS)
    starts: int = parameter(1, "Random starts per drop, of which the best is kept", **ranges.STARTS)


class Interference(_Search):
    """Options of least interference."""

    precoder: Closed = parameter("mrt", _PRECODER, source="spec, section 4")


class _Rate(_Search):
    amplitudes: Literal["fixed", "joint"] = parameter("fixed", "Whether the energy split is optimised too")
    rounds: int = parameter(
        30, "At most so many rounds of precoder and surface", source="spec, section 5", **ranges.ROUNDS
    )
    careful: bool = parameter(
        True, "Start at simpler cases too, and never return less; false: from random starts alone"
    )


class SumRate(_Rate):
    """Options of largest sum rate."""

    precoder: ForSum = parameter("rzf", f"{_PRECODER}, or wmmse: of largest sum rate", source="spec, section 4")


class MinRate(_Rate):
    """Options of largest least rate."""

    precoder: ForLeast = parameter(
        "max-min", f"{_PRECODER} with powers of largest least rate, or max-min: the best there is", source="duality"
    )


class Majorise(_Start):
    """Options of majorise-minimise."""

    objective: Literal["interference", "sum-rate"] = parameter("interference", "P1 (MM) or P2 (FP-MM)")
    precoder: Closed = parameter("mrt", _PRECODER, source="spec, section 4")
    tolerance: float = _tolerance()
    iterations: int = parameter(2000, "At most so many steps", **ranges.ROUNDS)


class Sca(_Start):
    """Options of successive convex approximation."""

    precoder: Closed = parameter("mrt", _PRECODER, source="spec, section 4")


class Undesigned(_Start):
    """Options of a surface that is not designed."""

    precoder: Kind = parameter("rzf", f"{_PRECODER}, wmmse or max-min", source="spec, section 4")


class NoSurface(Config):
    """Options of no surface."""

    precoder: Kind = parameter("rzf", f"{_PRECODER}, wmmse or max-min", source="spec, section 4")


def check_start(start: ArrayLike | None, starts: int) -> None:
    """Raises ValueError where a start is given and several are asked for."""
    require(start is None or starts == 1, "starts", "be 1 with a start given", starts)


def guarded_method(model: type[Config]) -> Callable[[Callable[P, Design]], Callable[P, Design]]:
    """Decorator of a method's function: scenario, options and memory are checked before it computes."""
    return guarded(Scenario, model, design_bytes)
