"""``doctor``: what is installed, where things are kept, and whether a tiny design comes out certified."""

import os
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import beamwright
from beamwright.cli.summary import accepted
from beamwright.cli.tables import console, table
from beamwright.core import Certificate, System, status_text
from beamwright.core.program_cache import cache_folder
from beamwright.records import versions

EXTRAS = {"reference": ("cvxpy", "clarabel", "scs", "pymanopt"), "cluster": ("distributed",)}


def examine(cache_dir: str | None) -> bool:
    """Print the findings; false if double precision is off or a tiny design is not certified."""
    rows = [("beamwright", f"{beamwright.__version__} in {Path(beamwright.__file__).parent}"), *versions().items()]
    double = jnp.zeros(1).dtype == jnp.float64
    rows.append(("double precision", "on" if double else "OFF: certificates need it"))
    rows.append(("devices", ", ".join(str(device) for device in jax.devices())))
    rows.append(("cores", str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())))
    rows.append(("compilation cache", _cache_state(cache_folder(cache_dir))))
    for extra, modules in EXTRAS.items():
        absent = [name for name in modules if find_spec(name) is None]
        rows.append((f"extra {extra}", f"not installed: {', '.join(absent)}" if absent else "installed"))
    solved = list(_tiny_designs())
    rows += [(f"{name}, tiny design", finding) for name, finding, _ in solved]
    console().print(table("", ("what", "finding"), rows))
    return double and all(good for _, _, good in solved)


def _cache_state(folder: Path | None) -> str:
    if folder is None:
        return "off"
    files = [file for file in folder.glob("*") if file.is_file()] if folder.is_dir() else []
    size = sum(file.stat().st_size for file in files) / 1e6
    writable = folder.is_dir() and os.access(folder, os.W_OK)
    return f"{folder}: {len(files)} files, {size:.1f} MB" + ("" if writable else "; cannot be written, so not used")


def _tiny_designs() -> Iterator[tuple[str, str, bool]]:
    """First method of every system on one drop of its smallest scenario: name, finding, whether it is certified."""
    from beamwright.systems import SYSTEMS

    for name in SYSTEMS:
        start = time.perf_counter()
        try:
            certificate = _certified(SYSTEMS[name])
        except Exception as error:  # what a doctor is asked about: one system that fails must not hide the others
            yield name, f"{type(error).__name__}: {error}", False
            continue
        words = (
            f"{', '.join(status_text(certificate.status))}{_worst(certificate)}, {time.perf_counter() - start:.2f} s"
        )
        yield name, words, bool(accepted(certificate.status).all())


def _certified(system: System) -> Certificate:
    smallest = getattr(system.scenario, "small", system.scenario)
    scenario = smallest()
    known = system.draw(scenario, jax.random.key(0), 1).known
    method = next(iter(system.methods.values()))
    return system.certify(scenario, known, method(scenario, known))


def _worst(certificate: Certificate) -> str:
    """The demand that is met least well for what is allowed, in words; empty for a certificate without any."""
    largest = {name: (np.max(amount), allowed) for name, (amount, allowed) in certificate.violations.items()}
    worst = max(largest, key=lambda name: largest[name][0] / largest[name][1], default=None)
    return "" if worst is None else f", worst {worst} {largest[worst][0]:.1e}"
