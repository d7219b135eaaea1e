"""The floors of the house: imports go down only, nobody knows a neighbour, nothing goes round in a circle.

The checker reads the source with ``ast``, imports inside functions included; it is itself tested on small houses that
break each rule.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import beamwright
from beamwright.core.floors import LEVEL

FORBIDDEN = {
    "numerics": {"pydantic", "yaml"},
    "optim": {"pydantic", "yaml"},
    "report": {"jax", "equinox", "cvxpy", "clarabel", "scs", "beamwright.optim", "beamwright.systems"},
    "records": {"jax", "equinox", "cvxpy", "clarabel", "scs"},
}
Sources = Mapping[str, str]
"""Module name -> source text; packages under their own name."""


def read_sources(folder: Path) -> dict[str, str]:
    """Every module of the package in ``folder``."""
    sources = {}
    for path in sorted(folder.rglob("*.py")):
        parts = (folder.name, *path.relative_to(folder).with_suffix("").parts)
        sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return sources


def imports(module: str, sources: Sources) -> Iterator[str]:
    """Full names that ``module`` imports, down to the module where ``from package import module`` names one."""
    is_package = any(name.startswith(module + ".") for name in sources)
    for node in ast.walk(ast.parse(sources[module])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: len(module.split(".")) + is_package - node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                system = f"beamwright.systems.{alias.name}"  # `from beamwright import noma_isac` is one of these
                if origin == "beamwright" and system in sources:
                    yield system
                elif (origin, alias.name) != ("beamwright", "__version__"):
                    yield f"{origin}.{alias.name}" if f"{origin}.{alias.name}" in sources else origin


def room(module: str) -> tuple[str, str]:
    """(room, system) of a module; the system is empty outside ``systems``."""
    parts = [*module.split(".")[1:], "", ""]
    return parts[0] or "__init__", parts[1] if parts[0] == "systems" else ""


def violations(sources: Sources) -> list[str]:
    """One line per import that goes up, sideways, in a circle, or to something its room must not know."""
    found, graph = [], {}
    for module in sources:
        here, system = room(module)
        if here not in LEVEL:
            found.append(f"{module} lives in {here}, which is on no floor")
            continue
        targets = set(imports(module, sources))
        graph[module] = {target for target in targets if target in sources}
        for target in sorted(targets):
            if any(target == name or target.startswith(name + ".") for name in FORBIDDEN.get(here, ())):
                found.append(f"{module} must not know {target}")
            if target.split(".")[0] != "beamwright":
                continue
            there, other = room(target)
            if there != here and LEVEL.get(there, -1) >= LEVEL[here]:
                found.append(f"{module} imports {target}: not a floor below")
            if system and there == "systems" and other != system:
                found.append(f"{module} imports {target}: a system does not know its neighbours")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append("circle: " + " <- ".join(error.args[1]))
    return found


def test_the_house_stands() -> None:
    sources = read_sources(Path(beamwright.__file__).parent)
    assert {"beamwright", "beamwright.core.status", "beamwright.systems.noma_isac"} <= set(sources)
    assert violations(sources) == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("beamwright.core.units", "import beamwright.optim", "beamwright.core.units imports beamwright.optim"),
        ("beamwright.optim.cone", "from beamwright.records import store", "not a floor below"),
        ("beamwright.optim.cone", "from ..metrics import sinr", "beamwright.optim.cone imports beamwright.metrics"),
        ("beamwright.optim.cone", "def f():\n    from beamwright import noma", "imports beamwright.systems.noma"),
        ("beamwright.systems.noma", "from beamwright.studies import plan", "not a floor below"),
        ("beamwright.systems.noma", "from beamwright.systems import star", "does not know its neighbours"),
        ("beamwright.systems.noma", "from beamwright.systems.star.design import x", "does not know its neighbours"),
        ("beamwright.report", "import jax.numpy as jnp", "must not know jax.numpy"),
        ("beamwright.report", "from beamwright.optim import conic", "must not know beamwright.optim"),
        ("beamwright.metrics", "import beamwright", "beamwright.metrics imports beamwright: not a floor below"),
        ("beamwright.attic.box", "", "attic, which is on no floor"),
        ("beamwright.core.a", "from beamwright.core import b", "circle: "),
    ],
)
def test_the_checker_sees_a_violation(module: str, source: str, complaint: str) -> None:
    house = dict.fromkeys(["beamwright", "beamwright.optim", "beamwright.core", "beamwright.core.b"], "")
    house |= dict.fromkeys(["beamwright.records", "beamwright.metrics", "beamwright.report", "beamwright.studies"], "")
    house |= dict.fromkeys(["beamwright.systems", "beamwright.systems.noma", "beamwright.systems.star"], "")
    house["beamwright.core.b"] = "from beamwright.core.a import c"
    house["beamwright.core.a"] = ""
    assert violations(house) == []
    found = violations({**house, module: source})
    assert any(complaint in line for line in found), found


def test_the_checker_allows_what_is_below() -> None:
    house = {
        "beamwright": "import jax",
        "beamwright.core": "from beamwright.core.units import x",
        "beamwright.core.units": "import numpy",
        "beamwright.systems": "from beamwright.systems.noma import SYSTEM",
        "beamwright.systems.noma": "from . import model",
        "beamwright.systems.noma.model": "from ...core import units\nfrom beamwright import __version__",
        "beamwright.cli": "from beamwright import noma",
    }
    assert violations(house) == []


def test_no_program_marks_its_own_work() -> None:
    """What a certificate of a program rests on cannot import the engine or the recovery of beams."""
    sources = read_sources(Path(beamwright.__file__).parent)
    for judge in ("audit", "bound", "certificate"):
        known = set(imports(f"beamwright.programs.{judge}", sources))
        assert known.isdisjoint({"beamwright.programs.engine", "beamwright.programs.recovery"}), judge


def run_silently(code: str) -> str:
    """What a program prints that warns of nothing."""
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.strip()


@pytest.mark.parametrize("door", ["noma_isac", "programs"])
def test_what_a_person_designs_with_switches_to_double_precision(door: str) -> None:
    code = f"from beamwright import {door}; import jax.numpy as jnp; print(jnp.ones(1).dtype)"
    assert run_silently(code) == "float64"


def test_below_the_programs_no_flag_is_set() -> None:
    sources = read_sources(Path(beamwright.__file__).parent)
    below = [module for module in sources if LEVEL[room(module)[0]] < LEVEL["programs"] and "gymnasium" not in module]
    assert {"beamwright.numerics.tiles", "beamwright.optim.conic", "beamwright.channels"} <= set(below)
    assert run_silently(f"import {', '.join(below)}, jax; print(jax.config.jax_enable_x64)") == "False"


def test_numerics_and_optimisation_need_no_models_of_configuration() -> None:
    rooms = ("numerics", "optim")
    modules = [name for name in read_sources(Path(beamwright.__file__).parent) if room(name)[0] in rooms]
    code = f"import {', '.join(modules)}, sys; print({{'pydantic', 'yaml'}} & set(sys.modules))"
    assert run_silently(code) == "set()"


def test_help_waits_for_no_jax() -> None:
    assert run_silently("import beamwright, beamwright.cli.app, sys; print('jax' in sys.modules)") == "False"
