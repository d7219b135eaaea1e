"""Sizes, numbers and YAML: what does not fit physics or memory is refused in one line, at once, in every system."""

import inspect
import sys
import time
import typing
import warnings
from types import SimpleNamespace

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_system import STUDY

from beamwright import cellfree as cf
from beamwright import dma_noma as dn
from beamwright import noma_isac as ni
from beamwright import star_ris as sr
from beamwright.cli import main
from beamwright.core import Config, parameter
from beamwright.core.config import _leaves
from beamwright.core.safe_yaml import MOST_BYTES, parse_yaml
from beamwright.core.sizes import whole
from beamwright.studies import run
from beamwright.systems import SYSTEMS

MODELS = {
    f"{system.name} {kind}": model
    for system in SYSTEMS.values()
    for kind, model in [
        ("scenario", system.scenario),
        *((name, method.options) for name, method in system.methods.items()),
        *((f"learner {name}", learner.options) for name, learner in system.learners.items()),
    ]
}
NUMERIC = {
    f"{where} {name}": (model, name)
    for where, model in MODELS.items()
    for name, field in model.model_fields.items()
    if _leaves(field.annotation) & {int, float} and typing.get_origin(field.annotation) is not typing.Literal
}


def refusal(call, *words: str) -> str:
    """The one line of a call that must be refused within a second, without a warning."""
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError) as caught:
            call()
    line = str(caught.value)
    assert time.process_time() - start < 1
    assert "\n" not in line and len(line) < 500 and all(word in line for word in words), line
    return line


# ranges ---------------------------------------------------------------------------------------------------------


def ends(model: type[Config], name: str) -> dict[str, float]:
    rules = model.model_fields[name].metadata
    return {key: end for m in rules for key in ("ge", "gt", "le", "lt") if (end := getattr(m, key, None)) is not None}


@pytest.mark.parametrize("where", NUMERIC)
def test_every_number_of_every_model_has_both_ends_and_they_are_kept(where):
    model, name = NUMERIC[where]
    found = ends(model, name)
    assert set(found) & {"ge", "gt"} and set(found) & {"le", "lt"}, found
    wrap = (lambda x: (x,)) if name == "target_angles_deg" else (lambda x: x)
    low, high = found.get("ge", found.get("gt")), found.get("le", found.get("lt"))
    assert -1e61 < low < high < 1e61
    for wrong in (wrap(low - max(1, abs(low))), wrap(high * 2 + 1), wrap(True), wrap(1j), wrap("many"), wrap(10**400)):
        refusal(lambda wrong=wrong: model(**{name: wrong}), name)
    row = next(row for row in model.describe() if row["name"] == name)
    assert "<" in row["range"] and ">" in row["range"]


@pytest.mark.parametrize(
    ("system", "name", "value"),
    [
        ("noma-isac", "antennas", 10**9),
        ("noma-isac", "sensing_power_w", 1e300),
        ("noma-isac", "comm_weight", 1e-300),
        ("noma-isac", "spacing_wavelengths", 1e300),
        ("noma-isac", "noise_power_w", [1e-2, True, 1e-2]),
        ("star-ris", "surface_paths", 10**9),
        ("star-ris", "rician_db", 1e300),
        ("star-ris", "snr_db", -1e300),
        ("dma-noma", "near_range_m", 16.0),
        ("cellfree", "self_interference_db", 1e300),
    ],
)
def test_what_used_to_crash_or_pass_is_refused_by_name(system, name, value):
    model = SYSTEMS[system].scenario
    line = refusal(lambda: model(**{name: value}), name, "must be")
    assert refusal(lambda: model().model_copy(update={name: value})) == line


def test_a_copy_is_checked_like_any():
    scenario = SYSTEMS["noma-isac"].scenario()
    assert scenario.model_copy(update={"users": 2}).users == 2
    refusal(lambda: scenario.model_copy(update={"users": 9}), "users must be at most antennas (8), got 9")
    refusal(lambda: scenario.model_copy(update={"user": 2}), "user is not a parameter of Scenario")


def test_numbers_of_numpy_are_numbers():
    model = SYSTEMS["noma-isac"].scenario
    made = model(users=np.int64(2), noise_power_w=np.array([1e-13, 2e-13]), target_angles_deg=np.array([3.0]))
    assert made.users == 2 and made.noise_power_w == (1e-13, 2e-13) and made.target_angles_deg == (3.0,)
    assert model(noise_power_w="1e-13").noise_power_w == 1e-13  # as YAML 1.1 reads it
    assert SYSTEMS["star-ris"].scenario(rician_db=np.inf, kappa=np.float64("inf")).kappa == "inf"


# YAML -----------------------------------------------------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(f"b{i}: &b{i} {{<<: [*a, *a]}}\n" for i in range(9))
TRICKS = {
    "aliases that grow": (BOMB, "use *a for a single value only"),
    "merges that grow": (MERGES, "must "),
    "merge": ("{<<: {x: 1}}", "have names as keys, got <<"),
    "itself": ("a: &a [*a]", "use *a for a single value only"),
    "itself alone": ("&a [*a]", "use *a for a single value only"),
    "twice": ("users: 3\nantennas: 4\nusers: 2", "set users once, got it again in line 3"),
    "twice, many times": ("{" + "a: 1, " * 400 + "}", "set a once"),
    "deep": ("[" * 50_000, "be nested at most 8 deep"),
    "deep mappings": ("{a: " * 20_000, "be nested at most 8 deep"),
    "deep blocks": ("- " * 40_000, "be nested at most 8 deep"),
    "wide": ("[" + "1," * 40_000 + "]", "hold at most 2000 values"),
    "long": ("x" * (MOST_BYTES + 1), "at most 100000 bytes"),
    "a number as key": ("3: 4", "have names as keys, got 3 in line 1"),
    "nothing as key": ("null: 4", "have names as keys, got null"),
    "a list as key": ("? [1, 2]\n: 3", "have names as keys, got a list or mapping"),
    "an object": ("!!python/object/apply:os.getcwd []", "must be YAML"),
    "a huge integer": ("1" * 5000, "must be YAML"),
    "a bad date": ("!!timestamp soon", "must be YAML"),
    "a bad truth": ("!!bool perhaps", "must be YAML"),
    "an empty integer": ("!!int ''", "must be YAML"),
    "two documents": ("a: 1\n---\nb: 2", "must be YAML"),
    "no text": ("\0", "must be YAML"),
    "no UTF-8": (b"\xff\xfe\xfa", "must be YAML"),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_of_yaml_are_one_line_at_once(trick, tmp_path):
    text, rule = TRICKS[trick]
    line = refusal(lambda: parse_yaml(text, "--set x"), rule)
    assert line.startswith("--set x must ")
    path = tmp_path / "s.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    refusal(lambda: SYSTEMS["noma-isac"].scenario.from_yaml(path), rule, str(path))


def test_what_people_write_in_yaml_is_read():
    assert parse_yaml("", "s") is None
    assert parse_yaml("noise: &n 1.0e-9\nother: *n\nlist: [1, [2.5, on]]", "s") == {
        "noise": 1e-9, "other": 1e-9, "list": [1, [2.5, True]]
    }  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:,[]{}&*!|>-? \n1\"'#%<", max_size=60) | st.binary(max_size=20))
def test_any_text_is_a_value_or_one_line(text):
    try:
        parse_yaml(text, "s")
    except ValueError as error:
        assert str(error).startswith("s must ") and "\n" not in str(error)


class Small(Config):
    size: int = parameter(1, "Size", ge=1, le=9)


HUGE = {
    "integer": 10**5000, "text": "x" * 10**6, "list": [1] * 10**5, "mapping": {"a": [1] * 10**5}, "nothing": None,
    "bytes": b"one", "fraction": -1.5, "nested": [[]],
}  # fmt: skip


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_a_wrong_value_of_any_size_is_one_short_line(value):
    refusal(lambda: Small(size=value), "size")
    refusal(lambda: SYSTEMS["noma-isac"].scenario(noise_power_w=value), "noise_power_w")


# sizes ----------------------------------------------------------------------------------------------------------

KEY = jax.random.key(0)
BIG = {
    "noma-isac": {"antennas": 4096, "users": 256},
    "star-ris": {"antennas": 4096, "elements": 65536, "users": 4096},
    "dma-noma": {"columns": 16384, "groups": 256, "rows": 64},
    "cellfree": {"users": 4096, "aps": 64, "tx_antennas": 9, "snapshots": 65536, "paths": 10000},
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_too_many_drops_are_refused_with_the_memory_they_need(name):
    system = SYSTEMS[name]
    scenario = system.scenario.small()
    refusal(lambda: system.draw(scenario, KEY, 10**9), "drops 1000000000 x ", "must fit into memory", "GB of")
    for drops, rule in (
        (-1, "be >= 0"),
        (2**32, "end at drop"),
        (True, "be a whole number"),
        (1.5, "be a whole number"),
    ):
        refusal(lambda drops=drops: system.draw(scenario, KEY, drops), f"drops must {rule}")
    refusal(lambda: system.draw(scenario, KEY, 1, first=2**32 - 1), "drops must end at drop 4294967295")
    refusal(lambda: system.draw(scenario, 0, 1), "key must be a random key, got 0")


@pytest.mark.parametrize("name", SYSTEMS)
def test_designs_are_refused_by_the_memory_they_need_before_anything_is_allocated(name):
    system = SYSTEMS[name]
    scenario = system.scenario(**BIG[name])
    arrays = {channel: np.broadcast_to(np.float64(1), (10**6,) + (1,) * 9) for channel in system.channels}
    known = SimpleNamespace(**{n: a.reshape(a.shape[:3]) for n, a in arrays.items()}) if name != "noma-isac" else (
        arrays["h"].reshape(10**6, 1, 1)
    )  # fmt: skip
    for method in system.methods.values():
        refusal(lambda method=method: method(scenario, known), "drops 1000000 x ", "must fit into memory")


def test_the_limit_of_memory_is_the_callers(monkeypatch):
    system = SYSTEMS["noma-isac"]
    monkeypatch.setenv("BEAMWRIGHT_MEMORY_GB", "1e-6")
    refusal(lambda: system.draw(system.scenario(), KEY, 3), "at least 4.61e-06 GB of 1e-06 GB")
    monkeypatch.setenv("BEAMWRIGHT_MEMORY_GB", "much")
    refusal(lambda: system.draw(system.scenario(), KEY, 3), "BEAMWRIGHT_MEMORY_GB must be a number of gigabytes")
    monkeypatch.setenv("BEAMWRIGHT_MEMORY_GB", "1")
    assert system.draw(system.scenario(), KEY, 3).known.shape == (3, 3, 8)


def test_a_study_of_too_many_parts_or_workers_is_refused(tmp_path):
    refusal(lambda: run(STUDY, tmp_path, drops=10**9), "drops must make at most 100000 parts")
    refusal(lambda: run(STUDY, tmp_path, drops=2**32), "drops must be <= 4294967295")
    refusal(lambda: run(STUDY, tmp_path, workers=10**9), "workers 1000000000 must fit into memory")
    refusal(lambda: run(STUDY, tmp_path, seed=2**63), "seed must be <= 9223372036854775807")
    assert not list(tmp_path.iterdir())


# what functions are given ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("given", [{}, None, "small", "neighbour"], ids=str)
def test_a_scenario_of_another_kind_is_refused_by_every_function(name, given):
    system = SYSTEMS[name]
    other = "cellfree" if name != "cellfree" else "star-ris"
    wrong = SYSTEMS[other].scenario() if given == "neighbour" else given
    rule = f"scenario must be a {name.replace('-', '_')}.Scenario, got "
    for call in (system.draw, system.certify, system.evaluate, *(m.run for m in system.methods.values())):
        required = [p for p in inspect.signature(call).parameters.values() if p.default is p.empty and p.kind < 3]
        needed = len([p for p in required if p.kind != p.VAR_POSITIONAL])
        refusal(lambda call=call, needed=needed: call(wrong, *[None] * (needed - 1)), rule)
    refusal(lambda: system.known(wrong, **dict.fromkeys(system.channels)), rule)


@pytest.mark.parametrize("name", ["star-ris", "dma-noma", "cellfree"])
@pytest.mark.parametrize("given", [{}, None, 3], ids=str)
def test_what_is_known_of_another_kind_is_refused(name, given):
    pytest.importorskip("cvxpy")  # slow the first time
    system = SYSTEMS[name]
    scenario = system.scenario.small()
    for method in system.methods.values():
        if method.name != "policy":  # whose file is read first
            refusal(lambda method=method: method(scenario, given), "known must be ")


def test_numbers_among_arguments_have_the_range_of_the_options():
    known, scenario = np.ones((1, 3, 8)), ni.Scenario()
    for sinr_db, words in ((4000.0, "<= 300"), (1j, "be a number"), ([5, 5j, 5], "be a number"), (True, "be a number"),
                           ("loud", "be a number"), (np.nan, "be finite"), ([[1, 2], [3]], "be a number")):  # fmt: skip
        refusal(lambda x=sinr_db: ni.minimise_power(scenario, known, x), "sinr_db must ", words)
        refusal(lambda x=sinr_db: ni.minimise_power_oma(scenario, known, x), "sinr_db must ", words)
    refusal(lambda: ni.minimise_power(scenario, known, 5.0, 1e300), "csi_error must be <= 1e+15")
    refusal(lambda: ni.minimise_power(scenario, known * 1e300, 5.0), "channels must hold numbers of at most 1e+40")
    refusal(lambda: ni.minimise_power_oma(scenario, known, 150.0), "sinr_db must ask for at most 300 dB in a slot")
    refusal(lambda: ni.balance_sinr(scenario, known, 1e300), "power_w must be <= 1e+30")
    refusal(lambda: sr.maximise_sum_rate(sr.Scenario(), None, tolerance=1e300), "tolerance must be <= 1")
    refusal(lambda: sr.random_surface(sr.Scenario(), None, seed=2**63), "seed must be <= 9223372036854775807")
    refusal(lambda: dn.maximise_guaranteed_rate(dn.Scenario(), None, density=1e300), "density must be <= 1e+06")
    refusal(lambda: cf.fixed_array(cf.Scenario(), None, starts=10**9), "starts must be <= 10000")


def test_the_whole_realisation_stands_for_what_is_known_of_it():
    scenario = cf.Scenario.small()
    scenes = cf.draw(scenario, KEY, 2)
    assert np.array_equal(cf.leakage_beams(scenario, scenes).beams, cf.leakage_beams(scenario, scenes.known).beams)
    drawn = sr.draw(sr.Scenario.small(), KEY, 2)
    design = sr.no_surface(sr.Scenario.small(), drawn)
    assert np.array_equal(sr.certify(sr.Scenario.small(), drawn, design).rates, design.rates)


def test_statistics_of_other_sizes_than_the_scenarios_are_refused():
    known = sr.draw(sr.Scenario.small(), KEY, 1).known
    for name, size in (("elements", 17), ("users", 3), ("antennas", 5)):
        scenario = sr.Scenario.small().model_copy(update={name: size})
        refusal(lambda s=scenario: sr.no_surface(s, known), f"{name} must be ", f"as in the statistics, got {size}")


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("noma_isac", lambda: ni.METHODS["reference"](ni.Scenario(), np.ones((1, 3, 8)))),
        ("star_ris", lambda: sr.METHODS["sca"](sr.Scenario(), None)),
        ("star_ris", lambda: sr.sca),
        ("dma_noma", lambda: dn.METHODS["sdr-sca"](dn.Scenario(), None)),
        ("cellfree", lambda: cf.METHODS["fixed-array-sca"](cf.Scenario(), None)),
    ],
    ids=["noma-isac", "star-ris", "attribute", "dma-noma", "cellfree"],
)
def test_a_missing_extra_is_named_with_how_to_get_it(monkeypatch, module, call):
    monkeypatch.setitem(sys.modules, "cvxpy", None)
    by_cvxpy = (".reference", ".cvxpy_relaxation")
    for name in [name for name in sys.modules if f".{module}." in name and name.endswith(by_cvxpy)]:
        monkeypatch.delitem(sys.modules, name)
    refusal(call, "extra reference must be installed", "cvxpy", "pip install 'beamwright[reference]'")


# scales ---------------------------------------------------------------------------------------------------------


def test_channels_and_noise_of_other_scales_are_hinted_at(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "off")
    h = 1e-5 * np.asarray(ni.draw(ni.Scenario(), KEY, 2).known)
    np.savez(tmp_path / "raw.npz", h=h)
    command = ["design", "noma-isac", "--channels", str(tmp_path / "raw.npz"), "--out", str(tmp_path / "out")]
    assert main(command) == 0
    assert "hint: " in (said := capsys.readouterr().out) and "noise_power_w" in said and "--normalise" in said
    assert main([*command, "--normalise"]) == 0
    assert "hint: " not in capsys.readouterr().out
    assert main([*command, "--set", "noise_power_w=1e-12"]) == 0
    assert "hint: " not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "read"),
    [(7, 7), (7.0, 7), (np.array(7), 7), (np.int64(7), 7), ("7", 7), (None, 1), ([7, 8], 1), (np.inf, 1), ("many", 1)],
)
def test_memory_counts_an_option_in_any_form_that_a_number_may_have(value, read):
    assert whole({"starts": value}, "starts", 1) == read and whole({}, "starts", 1) == 1
