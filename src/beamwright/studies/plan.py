"""The plan: a study cut into chunks, each with a name that says what it computes.

Drop i always has key ``fold_in(key(seed), i)``: every method meets the same channels, and no split, worker count or
executor changes a draw. Chunks of a curve's point start at multiples of the chunk size, so a longer study reuses the
whole chunks of a shorter one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from beamwright import __version__
from beamwright.core import Method, System, require
from beamwright.core.floors import rooms_below
from beamwright.core.ranges import SEED
from beamwright.core.sizes import MOST_DROPS
from beamwright.records import Curve, Study, content_name, fingerprint, versions

MOST_PARTS = 100_000
"""Most parts of a study: each is planned before the first is computed, and is a file."""


@dataclass(frozen=True)
class Chunk:
    """Consecutive drops of one curve at one point: what a worker needs to know, and nothing else."""

    study: str
    system: str
    draw: str
    measure: str
    measure_options: Mapping[str, Any]
    metrics: tuple[str, ...]
    curve: str
    method: str
    mode: str
    scenario: Mapping[str, Any]
    options: Mapping[str, Any]
    point: Mapping[str, float]
    seed: int
    first: int
    drops: int
    numerics: Mapping[str, str]
    """Versions and source fingerprint of the code that computes it."""

    @property
    def what(self) -> dict[str, Any]:
        """Everything that determines the records, as plain data."""
        return asdict(self)

    @cached_property
    def name(self) -> str:
        """The name of its part in the store."""
        return content_name(self.what)


def load_system(module: str) -> System:
    """The ``SYSTEM`` of a module."""
    return import_module(module).SYSTEM


def load_function(name: str) -> Any:
    """The function that ``"module:function"`` names."""
    module, function = name.split(":")
    return getattr(import_module(module), function)


def make_plan(study: Study, drops: int, seed: int, chunk: int) -> list[Chunk]:
    """All chunks of a study, curve by curve, point by point, in drop order.

    Raises: ValueError for sizes below 1, an unknown method, or a setting that neither scenario nor method knows.
    """
    require(drops >= 1, "drops", "be >= 1", drops)
    require(chunk >= 1, "chunk", "be >= 1", chunk)
    require(seed >= 0, "seed", "be >= 0", seed)
    require(drops <= MOST_DROPS, "drops", f"be <= {MOST_DROPS}", drops)
    require(seed <= SEED["le"], "seed", f"be <= {SEED['le']}", seed)
    parts = sum(len(study.points_of(curve)) for curve in study.curves) * -(-drops // chunk)
    require(
        parts <= MOST_PARTS, "drops", f"make at most {MOST_PARTS} parts of a study", f"{parts}",
        "Ask for fewer drops, or more per part (--chunk)",
    )  # fmt: skip
    system = load_system(study.system)
    numerics = numerics_of(study)
    chunks = []
    for curve in study.curves:
        for values in study.points_of(curve):
            point = dict(zip((axis.name for axis in study.axes), values, strict=True))
            scenario, options = resolve(system, study, curve, point)
            for first in range(0, drops, chunk):
                chunks.append(
                    Chunk(
                        study=study.name,
                        system=study.system,
                        draw=study.draw,
                        measure=study.measure,
                        measure_options=study.measure_options,
                        metrics=tuple(metric.name for metric in study.metrics),
                        curve=curve.name,
                        method=curve.method,
                        mode=curve.mode,
                        scenario=scenario,
                        options=options,
                        point=point,
                        seed=seed,
                        first=first,
                        drops=min(chunk, drops - first),
                        numerics=numerics,
                    )
                )
    return chunks


def resolve(system: System, study: Study, curve: Curve, point: Mapping[str, float]) -> tuple[dict, dict]:
    """The full scenario and the method's options (as plain data) of a curve at a point, every name accounted for."""
    require(curve.method in system.methods, f"{curve.name}.method", f"be one of {sorted(system.methods)}", curve.method)
    method: Method = system.methods[curve.method]
    settings = {**study.settings, **curve.settings, **point}
    fields = {name: value for name, value in settings.items() if name in system.scenario.model_fields}
    options = {name: value for name, value in settings.items() if name in method.options.model_fields}
    lost = sorted(set(settings) - set(fields) - set(options))
    known = sorted({*system.scenario.model_fields, *method.options.model_fields})
    require(not lost, f"{study.name}/{curve.name}", f"set only what {curve.method} knows ({', '.join(known)})", lost)
    return system.scenario(**fields).model_dump(mode="json"), method.options(**options).model_dump(mode="json")


def numerics_of(study: Study) -> dict[str, str]:
    """Code behind the numbers: versions of package and array libraries, and a fingerprint of the source.

    The source is that of every floor below the systems, of the study's system, and of what it draws and measures;
    not that of ``records``, which say how results are kept and not what they are.
    """
    own = {name.split(":")[0] for name in (study.measure, study.draw) if name}
    modules = [f"beamwright.{room}" for room in rooms_below("systems") if room != "records"] + [
        study.system,
        *sorted(own),
    ]
    installed = versions()
    libraries = {name: installed[name] for name in ("jax", "jaxlib", "numpy", "scipy", "optax") if name in installed}
    return {"beamwright": __version__, "source": fingerprint(modules)} | libraries
