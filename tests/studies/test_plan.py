"""The name of a chunk: whatever its numbers rest on is in it."""

from pathlib import Path

import pytest
from test_architecture import imports, read_sources, room

import beamwright
from beamwright.core.floors import FLOORS, LEVEL, rooms_below
from beamwright.studies import STUDIES, plan


@pytest.fixture
def hashed(monkeypatch) -> set[str]:
    """Names of the modules whose source the parts of a study depend on."""
    seen: list[str] = []
    monkeypatch.setattr(plan, "fingerprint", lambda modules: seen.extend(modules) or "")
    plan.numerics_of(STUDIES["dma-noma/focus"])
    return set(seen)


def test_every_floor_below_the_systems_decides_a_chunk(hashed):
    below = {name for floor in FLOORS for name in floor if LEVEL[name] < LEVEL["systems"]}
    assert {"core", "numerics", "optim", "channels"} <= below == set(rooms_below("systems"))
    assert hashed == {
        *(f"beamwright.{name}" for name in below - {"records"}),
        "beamwright.systems.dma_noma",
        "beamwright.studies.figures.dma_noma.measures",
        "beamwright.studies.figures.dma_noma.scenes",
    }


def test_no_room_that_a_system_imports_is_forgotten(hashed):
    sources = read_sources(Path(beamwright.__file__).parent)
    reached, waiting = set(), {name for name in sources if room(name)[0] == "systems"}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= {name for name in imports(module, sources) if name in sources} - reached
    rooms = {room(module)[0] for module in reached} - {"systems", "records"}  # which write files, and give no number
    assert len(rooms) >= 8 and {f"beamwright.{name}" for name in rooms} <= hashed
