"""Sizes, numbers and YAML: what does not fit physics or memory is refused in one line, at once, in every system."""

import time
import typing
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beamwright.core import Config, parameter
from beamwright.core.config import _leaves
from beamwright.core.safe_yaml import MOST_BYTES, parse_yaml
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
