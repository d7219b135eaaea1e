"""Endings of iterative searches, one vocabulary for all of them."""

from enum import IntEnum


class Ending(IntEnum):
    """Reason why a search ended; ``sentence`` says it to a person."""

    STATIONARY = 0, "The gradient is at most the tolerance."
    LINE_SEARCH = 1, "No step along the last direction lowered the value."
    ITERATIONS = 2, "The iterations that were allowed are used up."

    sentence: str

    def __new__(cls, code: int, sentence: str) -> "Ending":
        """A whole number, as arrays hold it, that knows its sentence."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member
