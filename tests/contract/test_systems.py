"""What every system must do with scenes, files and parameters, whichever method designs."""

import h5py
import jax
import numpy as np
import pytest
import scipy.io
from subjects import SEED, SMALL, subject

from beamwright.cli.audit import audit
from beamwright.cli.channels import ChannelFile
from beamwright.cli.design import named_channels, obtain_channels
from beamwright.cli.design_files import StoredDesign
from beamwright.cli.doctor import _certified, _worst
from beamwright.core import VALID
from beamwright.systems import SYSTEMS

PLAIN = {"noma-isac": "min-power", "star-ris": "random", "dma-noma": "zero-forcing", "cellfree": "leakage"}
"""A method that compiles little."""
DROPS = 3


@pytest.fixture(params=SMALL)
def name(request):
    return request.param


@pytest.fixture
def system(name):
    return SYSTEMS[name]


@pytest.fixture
def scenario(name, system):
    return system.scenario(**SMALL[name])


def test_drop_i_is_the_same_in_every_batch(system, scenario):
    key = jax.random.key(SEED)
    every = named_channels(system, system.draw(scenario, key, DROPS).known)
    later = named_channels(system, system.draw(scenario, key, 1, first=DROPS - 1).known)
    assert all(np.array_equal(later[name], array[DROPS - 1 :]) for name, array in every.items())


def write_npz(path, arrays):
    np.savez(path, **arrays)


def write_mat(path, arrays):
    scipy.io.savemat(path, arrays)


def write_h5(path, arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


@pytest.mark.parametrize("write", [write_npz, write_mat, write_h5], ids=lambda write: write.__name__[6:])
def test_a_file_holds_what_was_drawn(write, name, system, scenario, tmp_path):
    """Every array that a system names, in every container: read as it was written, bit for bit."""
    arrays = named_channels(system, system.draw(scenario, jax.random.key(SEED), DROPS).known)
    if "kappa" in arrays:
        arrays["kappa"] = np.full(DROPS, np.inf)
    path = tmp_path / f"scene.{write.__name__[6:]}"
    write(path, arrays)
    found = obtain_channels(system, scenario, ChannelFile(path), None, SEED).arrays
    assert set(found) == set(system.channels)
    for array, given in system.channels.items():
        assert np.array_equal(found[array], arrays[array]) and found[array].dtype == given.dtype, array
    system.known(scenario, **found)


def test_only_amplitudes_are_scaled(name, system, scenario, tmp_path):
    arrays = named_channels(system, system.draw(scenario, jax.random.key(SEED), DROPS).known)
    np.savez(tmp_path / "scene.npz", **arrays)
    source = ChannelFile(tmp_path / "scene.npz", normalise=True)
    kinds = {given.kind for given in system.channels.values()}
    if "amplitude" not in kinds or "power" in kinds or any(given.unit for given in system.channels.values()):
        with pytest.raises(ValueError, match="--normalise must .*Leave it out"):
            obtain_channels(system, scenario, source, None, SEED)
        return
    found = obtain_channels(system, scenario, source, None, SEED).arrays
    assert all(
        np.array_equal(found[n], arrays[n]) != (given.kind == "amplitude") for n, given in system.channels.items()
    )


def test_groups_of_users_are_drawn_from_a_file_or_refused(name, system, scenario, tmp_path):
    arrays = named_channels(system, system.draw(scenario, jax.random.key(SEED), 1).known)
    np.savez(tmp_path / "pool.npz", **{name: array[0] for name, array in arrays.items()})
    try:
        found = obtain_channels(system, scenario, ChannelFile(tmp_path / "pool.npz"), 5, SEED).arrays
    except ValueError as error:
        assert str(error).startswith("--drops must ")
        return
    system.known(scenario, **found)
    assert all(len(array) == 5 for array in found.values())


@pytest.mark.slow  # compiles the first method of every system; the words are tested with every method
def test_the_doctor_certifies_a_tiny_design(system):
    certificate = _certified(system)
    assert np.isin(certificate.status, VALID).all() and ", worst " in _worst(certificate)


def test_channels_of_another_kind_are_not_those_that_were_drawn(name, system, tmp_path):
    """Parameters that only shape what is drawn: bound where it was drawn, marked where channels were brought."""
    stored = subject(name, PLAIN[name], tmp_path).stored
    for parameter in system.scenery:
        other = {"scale": "physical", "direct_link": False, "kappa": 5.0, "reflection_users": 0, "paths": 2,
                 "surface_paths": 2, "direct_loss_db": 3.0, "subcarrier_step": 2,
                 "fft_size": 2048}.get(parameter)  # fmt: skip
        was = stored.about["scenario"][parameter]
        described = stored.about["scenario"] | {parameter: 1.1 * was + 0.1 if other is None else other}
        key, drops = jax.random.key(stored.about["channels"]["seed"]), stored.about["channels"]["drawn"]
        drawn = system.draw(system.scenario(**described), key, drops).known
        if all(np.array_equal(a, stored.arrays[n]) for n, a in named_channels(system, drawn).items()):
            continue  # nothing that this scene uses
        found = audit(StoredDesign(stored.path, stored.arrays, stored.about | {"scenario": described}, ""))
        assert any(check.passed is False and "drawn again" in check.name for check in found), parameter
    brought = stored.about | {"channels": {"file": "h.npz"}}
    lines = audit(StoredDesign(stored.path, stored.arrays, brought, ""))
    said = " ".join(check.name for check in lines if check.passed is None)
    assert all(parameter in said for parameter in system.scenery)
