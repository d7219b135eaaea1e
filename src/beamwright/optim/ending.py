"""Endings of solvers, one vocabulary for all of them."""

from enum import IntEnum


class Ending(IntEnum):
    """Reason why a solver ended; ``sentence`` says it to a person."""

    SOLVED = 0, "The answer has the accuracy that was asked for."
    STATIONARY = 1, "The gradient is at most the tolerance: no small step improves the point."
    AGREED = 2, "The two copies of the variable are as close as was asked for."
    INFEASIBLE = 3, "No point meets the constraints."
    DUAL_INFEASIBLE = 4, "Along a proven direction the objective falls for ever."
    ALL_FEASIBLE = 5, "The whole range is feasible: the answer is its end or lies beyond."
    LINE_SEARCH = 6, "No step along the last direction lowered the value."
    ITERATIONS = 7, "The iterations that were allowed are used up."
    STALLED = 8, "Digits ran out before the accuracy that was asked for; the best iterate is returned."
    NO_NUMBER = 9, "A value was no number (NaN), so nothing is decided."

    sentence: str

    def __new__(cls, code: int, sentence: str) -> "Ending":
        """A whole number, as arrays hold it, that knows its sentence."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member
