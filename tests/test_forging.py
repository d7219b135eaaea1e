"""Forged design files: every array of every method altered, digests rewritten; what is informative only is marked."""

import numpy as np
import pytest

from beamwright.cli.audit import audit
from beamwright.cli.design import named_channels, obtain_channels, resolve, run_design
from beamwright.cli.design_files import StoredDesign, load_design
from beamwright.core import Role
from beamwright.systems import SYSTEMS

SMALL = {
    "noma-isac": {"antennas": 4, "users": 2, "target_angles_deg": [-20.0, 30.0], "sensing_power_w": 0.5},
    "star-ris": {"antennas": 2, "elements": 4, "users": 2},
    "dma-noma": {"columns": 4, "groups": 1, "near_range_m": 3.0, "far_range_m": 4.0},
    "cellfree": {"aps": 2, "users": 2, "tx_antennas": 2, "rx_antennas": 2, "snapshots": 4, "paths": 1},
}
QUICK = {"rounds": 1, "steps": 5, "starts": 1, "cuts": 1, "samples": 5, "env_steps": 512, "environments": 4, "width": 8}
QUICKLY = {"noma-isac": "min-power", "star-ris": "random", "dma-noma": "zero-forcing", "cellfree": "leakage"}
"""Nothing to compile, or little: these run always, the others with the slow tests."""
MORE = {("noma-isac", "oma-min-power"): {"sensing": "slot"}, ("dma-noma", "tdma"): {"share": "minimum"}}
NEEDS_MORE = {"policy"}
"""Needs a file of its own; a policy's designs are those of the learners."""
METHODS = [(name, method) for name in SMALL for method in SYSTEMS[name].methods if method not in NEEDS_MORE]
IDLE = 1e-6
"""Multipliers below it belong to constraints that do not bind: a percent of them moves no bound by 1e-9."""
ALTERATIONS = ("entry", "scale", "swap", "zeros", "nan", "removed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("designs")


def designed(folder, name, method, **settings) -> StoredDesign:
    """A file of two drops as ``design`` writes it."""
    if method in ("reference", "sca", "sdr-sca", "fixed-array-sca"):
        pytest.importorskip("cvxpy")
    options = SYSTEMS[name].methods[method].options.model_fields
    quick = {key: value for key, value in QUICK.items() if key in options}
    job = resolve(name, method, SMALL[name] | quick | MORE.get((name, method), {}) | settings, None)
    place = folder / f"{name}-{method}"
    return load_design(run_design(job, obtain_channels(job.system, job.scenario, None, 2, 3), place))


def altered(array: np.ndarray, how: str, role: Role) -> np.ndarray | None:
    """The array with one entry, all entries, or two entries changed; None where that changes nothing.

    Of a residual (a difference of numbers of order one) 1e-11 is nothing.
    """
    flat = array.astype(complex if np.iscomplexobj(array) else float).ravel()
    size = np.where(np.isfinite(flat), np.abs(flat), -1.0)
    top = int(size.argmax())
    if how == "entry":
        flat[top] = flat[top] * 1.001 if size[top] > 1e-6 else 0.001
    elif how == "scale":
        flat *= 1.01
    elif how == "swap":
        other = int(np.where(size >= 0, size, np.inf).argmin())
        flat[[top, other]] = flat[[other, top]]
    elif how == "zeros":
        flat[:] = 0
    elif how == "nan":
        flat[top] = np.nan
    same = np.allclose(flat, array.ravel(), rtol=1e-6, atol=1e-11 if role is Role.RESIDUAL else 0, equal_nan=True)
    return None if same else flat.reshape(array.shape)


def forgeries(stored: StoredDesign, roles, quick=False):
    """(array, alteration, forged file) of every array; ``quick``: one entry, or all of it, unless it was found."""
    for array, values in stored.arrays.items():
        for how in ALTERATIONS if roles.get(array) is Role.FOUND or not quick else ("entry", "removed"):
            changed = None if how == "removed" or not values.size else altered(values, how, roles.get(array))
            if array.startswith("multipliers.") and how == "scale" and np.abs(values).max(initial=0) < IDLE:
                continue
            if how == "removed" or changed is not None:
                arrays = {key: value for key, value in stored.arrays.items() if key != array}
                arrays |= {} if changed is None else {array: changed}
                yield array, how, StoredDesign(stored.path, arrays, stored.about, "")


def check_every_array(stored: StoredDesign, system, quick: bool) -> None:
    honest = audit(stored)
    assert all(check.passed is not False for check in honest), [c for c in honest if c.passed is False]
    marked = {name for check in honest if check.passed is None and check.name.startswith("arrays: ")
              for name in check.name.removeprefix("arrays: ").split(", ")}  # fmt: skip
    roles = system.design.roles()
    loose = {name for name, role in roles.items() if role is Role.INFORMATIVE}
    assert loose & set(stored.arrays) == marked & set(stored.arrays)
    passed = [
        (array, how) for array, how, forged in forgeries(stored, roles, quick)
        if (array not in loose or how == "removed") and all(check.passed is not False for check in audit(forged))
    ]  # fmt: skip
    assert passed == []


@pytest.mark.parametrize(
    ("name", "method"),
    [pytest.param(*one, marks=() if QUICKLY[one[0]] == one[1] else pytest.mark.slow) for one in METHODS],
)
def test_verify_finds_every_altered_array(name, method, folder):
    check_every_array(designed(folder, name, method), SYSTEMS[name], QUICKLY[name] == method)


@pytest.mark.parametrize("name", SMALL)
def test_channels_of_another_kind_are_not_those_that_were_drawn(name, folder):
    """Parameters that only shape what is drawn: bound where it was drawn, marked where channels were brought."""
    stored = designed(folder, name, QUICKLY[name])
    system = SYSTEMS[name]
    for parameter in system.scenery:
        other = {"scale": "physical", "direct_link": False, "kappa": 5.0, "reflection_users": 0, "paths": 2,
                 "surface_paths": 2, "direct_loss_db": 3.0}.get(parameter)  # fmt: skip
        was = stored.about["scenario"][parameter]
        scenario = stored.about["scenario"] | {parameter: 1.1 * was + 0.1 if other is None else other}
        drawn = system.draw(system.scenario(**scenario), *_key(stored)).known
        if all(np.array_equal(a, stored.arrays[n]) for n, a in named_channels(system, drawn).items()):
            continue  # nothing that this scene uses
        found = audit(StoredDesign(stored.path, stored.arrays, stored.about | {"scenario": scenario}, ""))
        assert any(check.passed is False and "drawn again" in check.name for check in found), parameter
    brought = stored.about | {"channels": {"file": "h.npz"}}
    lines = audit(StoredDesign(stored.path, stored.arrays, brought, ""))
    said = " ".join(check.name for check in lines if check.passed is None)
    assert all(parameter in said for parameter in system.scenery)


def _key(stored):
    import jax

    return jax.random.key(stored.about["channels"]["seed"]), stored.about["channels"]["drawn"]
