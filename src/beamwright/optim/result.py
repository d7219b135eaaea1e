"""Results of solvers: names that mean the same in all of them."""

from typing import Any, Protocol

import numpy as np

from beamwright.optim.ending import Ending

_SENTENCES = {int(ending): ending.sentence for ending in Ending}


class Result(Protocol):
    """Result of a solver, for one problem or a batch of them.

    Every result holds ``x``, the answer, and ``ending``, the reason why the solver ended. Where there is such a thing
    it holds ``value``, the objective at x; ``bound``, a value on the other side of the optimum, from the dual;
    ``residual``, the number that the tolerance is on; ``iterations``, the steps it took. Further fields are its own.
    """

    @property
    def x(self) -> Any:
        """Answer."""

    @property
    def ending(self) -> Any:
        """Codes of ``Ending``, one per problem."""


def sentences(result: Result) -> list[str]:
    """Sentences that say to a person why the solver ended, one per problem."""
    return [_SENTENCES[int(code)] for code in np.ravel(np.asarray(result.ending))]
