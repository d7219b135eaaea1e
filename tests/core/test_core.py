"""The ground floor: units, checks, keys, status, configuration, array records and the method contract."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pydantic import field_validator

import beamwright
from beamwright.core import (
    ArrayRecord,
    Config,
    Method,
    Status,
    as_array,
    db_to_linear,
    dbm_to_w,
    device,
    drop_keys,
    linear_to_db,
    parameter,
    require,
    require_jax,
    status_text,
    w_to_dbm,
)


class Antenna(Config):
    """A scenario small enough to read."""

    antennas: int = parameter(8, "Elements of the array", unit="1", source="Table I", ge=1, le=64)
    noise_power_w: float = parameter(0.01, "Receiver noise", unit="W", gt=0)
    angles_deg: tuple[float, ...] = parameter((-60.0, 60.0), "Directions of the targets", unit="deg")

    @field_validator("angles_deg")
    @classmethod
    def _in_front(cls, angles_deg: tuple[float, ...]) -> tuple[float, ...]:
        require(all(abs(a) <= 90 for a in angles_deg), "angles_deg", "be within +-90", angles_deg)
        return angles_deg


class Options(Config):
    gain_db: float = parameter(3.0, "Gain", unit="dB")


@dataclasses.dataclass(frozen=True)
class Inner(ArrayRecord):
    gap: np.ndarray


@dataclasses.dataclass(frozen=True)
class Outer(ArrayRecord):
    beams: np.ndarray
    inner: Inner
    note: np.ndarray | None = None
    more: Inner | None = None


# units ----------------------------------------------------------------------------------------------------------


@given(st.floats(-200, 200))
def test_decibels_round_trip(value_db: float) -> None:
    assert_allclose(linear_to_db(db_to_linear(value_db)), value_db, atol=1e-12)
    assert_allclose(w_to_dbm(dbm_to_w(value_db)), value_db, atol=1e-12)


def test_decibel_anchors() -> None:
    assert_allclose(db_to_linear([0.0, 10.0, -30.0]), [1.0, 10.0, 1e-3], rtol=1e-15)
    assert_allclose(dbm_to_w(30.0), 1.0)
    assert_allclose(w_to_dbm(1.0), 30.0)


@pytest.mark.filterwarnings("error")
def test_zero_power_is_minus_infinity_without_a_warning() -> None:
    assert linear_to_db(0.0) == -np.inf


# checks ---------------------------------------------------------------------------------------------------------


def test_require_names_rule_value_and_remedy() -> None:
    require(True, "radius_m", "be >= 0", 1.0)
    with pytest.raises(ValueError, match=r"^radius_m must be >= 0, got -0.02\. Give a length in metres$"):
        require(False, "radius_m", "be >= 0", -0.02, "Give a length in metres")


def test_as_array_returns_what_fits() -> None:
    h = as_array([[1, 2], [3, 4]], "h", "users antennas", complex, users=2)
    assert h.dtype == complex
    assert_array_equal(h, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0, 2.0], r"h must have axes \(users antennas\), got shape \(2,\)"),
        ([[1.0], [2.0], [3.0]], r"h must have 2 users \(axes: users antennas\), got shape \(3, 1\)"),
        ([[1.0], [np.nan]], r"h must be finite, got nan at index \[\[1, 0\]\]"),
        ([[np.inf], [1.0]], r"h must be finite, got inf at index \[\[0, 0\]\]"),
        ([["a"], ["b"]], r"h must be an array of numbers, got text"),
        ([[1.0], [2.0, 3.0]], r"h must be an array of numbers, got rows of different lengths"),
        ([[True], [False]], r"h must be numeric, got true/false"),
        (np.ma.masked_array([[1.0], [2.0]], [[0], [1]]), r"h must have no masked entries, got 1"),
        ([[1.0], [2.0j]], r"h must be real, got numbers with imaginary parts"),
    ],
)
def test_as_array_refuses_by_name(value: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_array(value, "h", "users antennas", users=2)


# keys -----------------------------------------------------------------------------------------------------------


def test_a_drop_owns_its_key_whatever_the_batch() -> None:
    key = jax.random.key(7)
    together = jax.random.key_data(drop_keys(key, 10))
    parts = [jax.random.key_data(drop_keys(key, size, first)) for first, size in [(0, 3), (3, 1), (4, 6)]]
    assert_array_equal(together, np.concatenate(parts))
    assert_array_equal(together[4], jax.random.key_data(jax.random.fold_in(key, 4)))
    assert len(np.unique(together, axis=0)) == 10


# status ---------------------------------------------------------------------------------------------------------


def test_status_texts_are_the_documented_ones() -> None:
    names = ["optimal", "rank1_recovered", "rank_gap", "infeasible", "stalled", "stationary", "stopped"]
    names += ["qos_infeasible", "feasible"]
    assert status_text(np.array([s.value for s in Status])) == names
    assert status_text(3) == ["infeasible"]
    with pytest.raises(ValueError, match="9"):
        status_text([9])


# configuration --------------------------------------------------------------------------------------------------


def test_a_config_round_trips_through_yaml(tmp_path: Path) -> None:
    antenna = Antenna(antennas=4, noise_power_w=1e-13, angles_deg=(0.0,))
    antenna.to_yaml(tmp_path / "antenna.yaml")
    assert Antenna.from_yaml(tmp_path / "antenna.yaml") == antenna
    assert Antenna.from_yaml(tmp_path / "antenna.yaml", antennas=5).antennas == 5
    (tmp_path / "empty.yaml").write_text("")
    assert Antenna.from_yaml(tmp_path / "empty.yaml") == Antenna()


def test_a_config_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Antenna().antennas = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"antenas": 4}, r"^antenas is not a parameter of Antenna; it knows: antennas, noise_power_w, angles_deg$"),
        ({"antennas": 0}, r"^antennas must be >= 1, got 0$"),
        ({"antennas": 65}, r"^antennas must be <= 64, got 65$"),
        ({"noise_power_w": 0.0}, r"^noise_power_w must be > 0, got 0\.0$"),
        ({"noise_power_w": float("nan")}, r"^noise_power_w: .*, got nan$"),
        ({"antennas": "many"}, r"^antennas: .*, got 'many'$"),
        ({"angles_deg": (91.0,)}, r"^angles_deg must be within \+-90, got \(91\.0,\)$"),
        ({"antennas": 0, "noise_power_w": -1}, r"^antennas must be >= 1, got 0; noise_power_w must be > 0, got -1$"),
    ],
)
def test_bad_values_are_refused_by_name(values: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Antenna(**values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1\n- 2\n", "must hold a mapping of parameter names to values, got list"),
        ("a: [1", "must be YAML: "),
        ("a: !!python/object/apply:os.getcwd []", "must be YAML: "),
    ],
)
def test_bad_yaml_is_refused_by_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"broken.yaml {message}"):
        Antenna.from_yaml(path)


def test_describe_tells_unit_default_range_and_source() -> None:
    row = Antenna.describe()[0]
    assert row == {
        "name": "antennas",
        "unit": "1",
        "default": "8",
        "range": ">= 1, <= 64",
        "description": "Elements of the array",
        "source": "Table I",
    }


# array records --------------------------------------------------------------------------------------------------


def test_records_round_trip_through_flat_arrays() -> None:
    record = Outer(beams=np.arange(6).reshape(3, 2), inner=Inner(gap=np.array([1.0, 2.0, 3.0])))
    flat = record.to_arrays()
    assert sorted(flat) == ["beams", "inner.gap"]
    again = Outer.from_arrays(flat)
    assert again.more is None
    fuller = dataclasses.replace(again, more=again.inner)
    assert_array_equal(Outer.from_arrays(fuller.to_arrays()).more.gap, again.inner.gap)
    assert_array_equal(again.beams, record.beams)
    assert_array_equal(again.inner.gap, record.inner.gap)
    assert again.note is None


def test_a_missing_array_is_named() -> None:
    with pytest.raises(ValueError, match=r"inner\.gap must be among the arrays, got beams"):
        Outer.from_arrays({"beams": np.zeros(1)})


def test_taking_drops_reaches_nested_records() -> None:
    record = Outer(beams=np.arange(6).reshape(3, 2), inner=Inner(gap=np.array([1.0, 2.0, 3.0])))
    taken = record.take([2, 0])
    assert_array_equal(taken.beams, [[4, 5], [0, 1]])
    assert_array_equal(taken.inner.gap, [3.0, 1.0])
    assert taken.note is None


# the method contract --------------------------------------------------------------------------------------------


def test_a_method_validates_its_options_and_passes_defaults() -> None:
    method = Method("scale", "Multiply", Options, lambda scenario, known, gain_db: scenario * known * gain_db)
    assert method(2.0, 5.0) == 30.0
    assert method(2.0, 5.0, gain_db=1) == 10.0
    with pytest.raises(ValueError, match="gain is not a parameter of Options; it knows: gain_db"):
        method(2.0, 5.0, gain=1)


@pytest.mark.parametrize("imports", ["from beamwright import noma_isac", "import jax.numpy, beamwright.systems"])
def test_importing_a_system_switches_to_double_precision(imports):
    """Whichever is imported first, whatever the environment says, and leaving that as it is for other programs."""
    code = f"{imports}; import os, jax.numpy as jnp; assert jnp.zeros(1).dtype == 'float64'"
    code += "; assert os.environ['JAX_ENABLE_X64'] == '0'; import sys; assert 'scipy.stats' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=os.environ | {"JAX_ENABLE_X64": "0"}, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


# whether JAX can compute ----------------------------------------------------------------------------------------


def test_single_precision_is_refused_by_name():
    with jax.enable_x64(False), pytest.raises(ValueError, match="jax_enable_x64 must be True"):
        as_array([1.0], "h", "drops")
    with jax.enable_x64(False), pytest.raises(ValueError, match="jax_enable_x64 must be True"):
        drop_keys(jax.random.key(0), 2)


@pytest.mark.parametrize("error", [AssertionError(), RuntimeError("Unable to initialize backend 'cuda'")])
def test_a_device_that_is_not_there_is_named_by_the_setting_that_asks_for_it(monkeypatch, error):
    def devices():
        raise error

    monkeypatch.setattr(device, "_found", False)
    monkeypatch.setattr(jax, "devices", devices)
    with pytest.raises(ValueError, match="JAX_PLATFORMS must name devices of this machine, got .*JAX_PLATFORMS=cpu"):
        require_jax()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:os.fork")  # JAX's own
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_process_forked_after_use_is_refused_not_left_waiting():
    require_jax()
    child = os.fork()
    if child == 0:
        try:
            as_array([1.0], "h", "drops")
        except RuntimeError as error:
            os._exit(3 if "spawn" in str(error) else 4)
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    require_jax()  # the parent goes on


# compiled programs ----------------------------------------------------------------------------------------------


def test_a_script_loads_what_an_earlier_one_compiled(tmp_path):
    """The second process compiles nothing: every program that takes time comes from the folder."""
    code = (
        "import beamwright, sys; folder = beamwright.cache(sys.argv[1]); import jax, beamwright.systems;"
        "seen = []; jax.monitoring.register_event_listener(lambda name, **_: seen.append(name));"
        "from beamwright.core import drop_keys; drop_keys(jax.random.key(0), 3); import beamwright.channels as c;"
        "c.rayleigh(drop_keys(jax.random.key(0), 3), 2, 2);"
        "print(folder, sum('cache_hits' in s for s in seen), sum('cache_misses' in s for s in seen))"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    )
    assert first[0] == second[0] and Path(first[0]).parent == tmp_path
    assert int(first[2]) > 0 and second[1:] == [str(int(first[1]) + int(first[2])), "0"]
    assert beamwright.cache("off") is None
