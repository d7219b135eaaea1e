"""Entry checks of public functions, in one place: the scenario's class, ranges of numbers, memory."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import numpy as np

from beamwright.core.config import Config
from beamwright.core.ranges import brief
from beamwright.core.sizes import require_memory

P = ParamSpec("P")
T = TypeVar("T")
Needs = Callable[[Any, Any, Mapping[str, object]], tuple[float, dict[str, int]]]
"""``needs(scenario, known, options) -> bytes, sizes``."""
USUAL: Any = type("Usual", (), {"__repr__": lambda self: "USUAL"})()
"""The default of an argument that is an option of the function's method: that of the options model (``guarded``)."""

FORMER = {"s": "scenario", "h": "channels"}
"""Names that arguments of public functions had before, and have now; both may be used."""


def guarded(
    scenario: type[Config], options: type[Config] | None = None, needs: Needs | None = None
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A function of (scenario, known, ...) that refuses, before it computes, what a ``Method`` would refuse.

    scenario    the class that its first argument must have
    options     the model whose defaults stand for ``USUAL`` and whose ranges hold for single numbers among the
                arguments (several are checked where they are spread over users)
    needs       the memory it needs
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        signature = _with_defaults(inspect.signature(function), options)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            bound = signature.bind(*args, **_in_words(signature, kwargs))
            bound.apply_defaults()
            first, second, *_ = (*bound.arguments.values(), None)
            require_scenario(first, scenario)
            named = {**bound.arguments, **bound.arguments.get("options", {})}
            if options is not None:
                _check_numbers(options, named)
            if needs is not None:
                need, sizes = needs(first, second, named)
                require_memory(need, **sizes)
            return function(*bound.args, **bound.kwargs)

        call.__signature__ = signature  # type: ignore[attr-defined]
        return call

    return decorate


def renamed(function: Callable[P, T]) -> Callable[P, T]:
    """The function, also called with the former letters of its arguments (``guarded`` does that too)."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **_in_words(signature, kwargs))  # type: ignore[arg-type]

    return call


def _in_words(signature: inspect.Signature, given: Mapping[str, T]) -> dict[str, T]:
    """Keyword arguments by their present names where they have their former ones."""
    present = {old: new for old, new in FORMER.items() if new in signature.parameters and new not in given}
    return {present.get(name, name): value for name, value in given.items()}


def _with_defaults(signature: inspect.Signature, options: type[Config] | None) -> inspect.Signature:
    """The signature with the defaults of the options model where it says ``USUAL``."""
    fields = {} if options is None else options.model_fields
    named = [
        parameter.replace(default=fields[name].default) if parameter.default is USUAL else parameter
        for name, parameter in signature.parameters.items()
    ]
    return signature.replace(parameters=named)


def require_scenario(given: object, scenario: type[Config]) -> None:
    """Raise ValueError naming ``scenario`` unless it is one of this system."""
    if not isinstance(given, scenario):
        system = scenario.__module__.split(".")[-2]
        found = f"{type(given).__module__}.{type(given).__name__}" if isinstance(given, Config) else brief(given)
        raise ValueError(
            f"scenario must be a {system}.{scenario.__name__}, got {found}. Make one: {scenario.__name__}(name=value)"
        )


def known_of(given: object, kind: type[T]) -> T:
    """The designer's knowledge, also where the whole realisation is handed in that ``draw`` returned.

    Raises: ValueError naming ``known`` where it is something else.
    """
    found = getattr(given, "known", given)
    if not isinstance(found, kind):
        raise ValueError(
            f"known must be {kind.__name__} as in draw(...).known, got {brief(given)}. "
            f"From arrays: SYSTEM.known(scenario, name=array)"
        )
    return found


class MissingExtra(ImportError, ValueError):
    """A package of one of our extras is not installed; the message says which and how to get it.

    Also a ValueError, since it is the user's to put right like any wrong argument.
    """


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Imports within need the extra ``name``. Raises MissingExtra where one of its packages is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if str(error.name).startswith("beamwright"):
            raise
        raise MissingExtra(
            f"extra {name} must be installed for this, got no module {error.name}. "
            f"pip install 'beamwright[{name}]', in a checkout pip install -e '.[{name}]'"
        ) from None


def leading(array: object, axes: int) -> int:
    """Drops of an array that may leave out their axis; 1 for what has not that many axes at all."""
    shape = _shape(array)
    return int(shape[0]) if len(shape) == axes else 1


def _shape(value: Any) -> tuple[int, ...]:
    """Shape of an array; rows of different lengths, which are refused by name where they are used, count as a list."""
    try:
        return np.shape(value)
    except ValueError:
        return (1,)


def _check_numbers(options: type[Config], given: Mapping[str, object]) -> None:
    """Arguments that are options and stand for one number; arrays and words are checked where they are used."""
    numbers = {
        name: value
        for name, value in given.items()
        if name in options.model_fields and options.is_number(name) and _shape(value) == ()
    }
    options(**numbers)
