"""The floor plan of a system: the same rooms in every one, and inside, too, imports go down only."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from test_architecture import imports, read_sources

import beamwright

ROOMS = (
    {"scenario", "types"},
    {"sizes"},
    {"scene"},
    {"physics"},
    {"audit", "solve"},  # no solver marks its own work: these do not know each other
    {"methods"},
    {"learn"},
    {"system"},
    {"__init__"},
)
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}
SYSTEMS = ("noma_isac", "star_ris", "dma_noma", "cellfree")


def broken(system: str, sources: Mapping[str, str]) -> list[str]:
    """One line per room that is not in the plan and per import that goes up or to a neighbour."""
    start, found = f"beamwright.systems.{system}", []
    for module in sources:
        if module != start and not module.startswith(start + "."):
            continue
        here = module[len(start) + 1 :].split(".")[0] or "__init__"
        if here not in LEVEL:
            found.append(f"{module}: {here} is no room of the plan")
            continue
        for target in sorted(set(imports(module, sources))):
            if target == start or target.startswith(start + "."):
                there = target[len(start) + 1 :].split(".")[0] or "__init__"
                if there != here and LEVEL.get(there, -1) >= LEVEL[here]:
                    found.append(f"{module} imports {target}: not a floor below")
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_rooms_are_those_of_the_plan(system: str) -> None:
    assert broken(system, read_sources(Path(beamwright.__file__).parent)) == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("audit.bound", "from beamwright.systems.toy.solve import kernel", "not a floor below"),
        ("solve.search", "from ..audit import certificate", "not a floor below"),
        ("physics.model", "from beamwright.systems.toy.solve.kernel import x", "not a floor below"),
        ("scenario", "from beamwright.systems.toy.types import Design", "not a floor below"),
        ("attic", "", "no room of the plan"),
    ],
)
def test_the_checker_sees_what_is_out_of_place(module: str, source: str, complaint: str) -> None:
    rooms = ["scenario", "types", "physics", "physics.model", "audit", "audit.bound", "solve", "solve.kernel",
             "solve.search", "methods"]  # fmt: skip
    house = dict.fromkeys(["beamwright.systems.toy", *(f"beamwright.systems.toy.{room}" for room in rooms)], "")
    house["beamwright.systems.toy.methods"] = "from beamwright.systems.toy.solve import search\nfrom . import audit"
    assert broken("toy", house) == []
    found = broken("toy", {**house, f"beamwright.systems.toy.{module}": source})
    assert any(complaint in line for line in found), found
