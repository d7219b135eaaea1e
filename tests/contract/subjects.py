"""Every method of every system on small scenes: what the tests of the contract run over."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from beamwright.cli.design import named_channels, obtain_channels, resolve, run_design
from beamwright.cli.design_files import StoredDesign, load_design
from beamwright.core import System
from beamwright.systems import SYSTEMS

SEED, DROPS = 3, 2
SMALL: dict[str, dict[str, Any]] = {
    "noma-isac": {"antennas": 4, "users": 2, "target_angles_deg": [-20.0, 30.0], "sensing_power_w": 0.5},
    "star-ris": {"antennas": 2, "elements": 4, "users": 2},
    "dma-noma": {"columns": 4, "groups": 1, "near_range_m": 3.0, "far_range_m": 4.0},
    "cellfree": {
        "aps": 2,
        "users": 2,
        "tx_antennas": 2,
        "rx_antennas": 2,
        "snapshots": 4,
        "paths": 1,
        "radar_cross_section": 50.0,
    },
}
QUICK = {
    "rounds": 1, "steps": 5, "starts": 1, "cuts": 1, "alternations": 1, "samples": 5,
    "env_steps": 512, "environments": 4, "width": 8,
}  # fmt: skip
MORE = {
    ("noma-isac", "oma-min-power"): {"sensing": "slot"},
    ("dma-noma", "tdma"): {"share": "minimum", "element_weights": "lorentzian"},
    ("dma-noma", "focusing"): {"element_weights": "lorentzian"},
}
SLOW = {
    "noma-isac": {"robust-min-power", "non-robust-min-power", "oma-min-power", "oma-max-min", "randomisation"},
    "star-ris": set(),
    "dma-noma": {"cutting-set", "sdr-sca", "csi-ball", "planar-wave", "fdma", "fully-digital"},
    "cellfree": {"non-robust", "fixed-array-sca", "ddpg", "meta", "amortised"},
}
"""Programs that take long to compile and of which the quick ones have a sister."""
NEEDS_MORE = {"policy"}
"""Needs a file of its own; a policy's designs are those of the learners."""
BY_CVXPY = {"reference", "sca", "sdr-sca", "fixed-array-sca"}


@dataclass(frozen=True)
class Subject:
    """One method of one system, its scenario and its options."""

    name: str
    method: str
    folder: Path

    @property
    def system(self) -> System:
        return SYSTEMS[self.name]

    @cached_property
    def job(self):
        """As the command line resolves it."""
        options = self.system.methods[self.method].options.model_fields
        quick = {key: value for key, value in QUICK.items() if key in options}
        return resolve(self.name, self.method, SMALL[self.name] | quick | MORE.get((self.name, self.method), {}), None)

    @property
    def scenario(self):
        return self.job.scenario

    @property
    def key(self):
        return jax.random.key(SEED)

    @cached_property
    def realisation(self):
        return self.system.draw(self.scenario, self.key, DROPS)

    def design(self, known):
        return self.job.method(self.scenario, known, **dict(self.job.options))

    @cached_property
    def stored(self) -> StoredDesign:
        """The file that ``beamwright design`` writes."""
        channels = obtain_channels(self.system, self.scenario, None, DROPS, SEED)
        return load_design(run_design(self.job, channels, self.folder))

    @property
    def channels(self) -> dict[str, np.ndarray]:
        return named_channels(self.system, self.realisation.known)

    @cached_property
    def known(self):
        """From arrays, as a person brings them."""
        return self.system.known(self.scenario, **self.channels)

    @cached_property
    def made(self):
        """The design that the file holds."""
        return self.system.design.from_arrays(self.stored.arrays)


def all_methods():
    """A parameter per method; slow where it is, left out where CVXPY is not installed."""
    for name, system in SYSTEMS.items():
        for method in system.methods:
            if method not in NEEDS_MORE:
                marks = pytest.mark.slow if method in SLOW[name] else ()
                yield pytest.param((name, method), marks=marks, id=f"{name}-{method}")


def subject(name: str, method: str, folder: Path) -> Subject:
    """Skips where a package of an extra is missing."""
    if method in BY_CVXPY:
        pytest.importorskip("cvxpy")
    return Subject(name, method, folder / f"{name}-{method}")
