"""Floors of the package: what may import what, and what every number rests on.

A room imports from the floors below it only. The architecture test reads this list, and so does the name of every
chunk of a study: whatever stands below the systems may change their numbers.
"""

FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"core"}),
    frozenset({"numerics"}),
    frozenset({"arrays", "optim", "records"}),
    frozenset({"learn", "channels", "uncertainty", "metrics"}),
    frozenset({"programs"}),
    frozenset({"systems"}),
    frozenset({"studies", "report"}),
    frozenset({"__init__"}),  # the package's door: its version, and the systems by name
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""From the ground up; what stands on one floor does not know its neighbour."""
LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}
"""Room -> its floor, 0 on the ground."""


def rooms_below(room: str) -> tuple[str, ...]:
    """Every room on a lower floor, from the ground up."""
    return tuple(name for floor in FLOORS[: LEVEL[room]] for name in sorted(floor))
