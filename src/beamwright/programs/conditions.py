"""Conditions of a program: what was compared with what, in a form that says which cone it must lie in."""

from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["zero", "nonnegative", "norm", "matrix", "ball"]
"""zero, nonnegative: every value of an expression; norm: ||entries|| <= bound; matrix: Hermitian >= 0; ball: a value
>= 0 for every channel of a ball or an ellipsoid."""


@dataclass(frozen=True, eq=False, repr=False)
class Condition:
    """One condition of a program."""

    kind: Kind
    name: str
    inside: Any
    """The expression (zero, nonnegative, matrix), a ``Norm`` with its bound taken in, or a ``Robust`` value."""

    def named(self, name: str) -> "Condition":
        """The condition under a name of one's own, by which results call it."""
        return replace(self, name=name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def __bool__(self) -> bool:
        raise ValueError(f"condition {self.name} must stand alone, got a chain or a truth value. Write two conditions")
