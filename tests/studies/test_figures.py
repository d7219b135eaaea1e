"""Figures as data: the words they are written in, and a file for each of them."""

from importlib import import_module
from pathlib import Path

import pytest

from beamwright.records import Case
from beamwright.studies import STUDIES, figures
from beamwright.studies.figures.grammar import (
    axis,
    case,
    cases,
    claim,
    curve,
    field_map,
    lines,
    outcome,
    panel,
    variant,
)
from beamwright.studies.figures.paper import Paper

POWER = axis("power_dbm", "Transmit power", "dBm")
RATE = outcome("rate", "Sum rate", "bit/s/Hz")
TOY = Paper("toy_system", "A paper", "A note")


@pytest.mark.parametrize("system", ["noma_isac", "star_ris", "dma_noma", "cellfree"])
def test_every_figure_has_a_file_and_no_file_is_forgotten(system):
    folder = Path(figures.__file__).parent / system
    files = {file.stem for file in folder.glob("*.py") if "\nSTUDY = " in file.read_text()}
    package = f"{figures.__name__}.{system}"
    collected = import_module(package).STUDIES
    assert len(collected) == len(files)
    for file in files:
        study = import_module(f"{package}.{file}").STUDY
        assert study.name == f"{system}/{file}".replace("_", "-")
        assert study in collected and STUDIES[study.name] is study


def test_a_case_says_where_by_a_value_or_by_two_limits():
    one = case("robust", "loud", "naive", power_dbm=27.0, error_m=(0.1, 0.2))
    where = {"power_dbm": (27.0, 27.0), "error_m": (0.1, 0.2)}
    assert one == Case(curve="robust", versus="naive", label="loud", where=where)
    assert cases({"a": "x", "b": ("x", "y")}, against=2.0, power_dbm=27.0) == (
        case("x", "a", against=2.0, power_dbm=27.0),
        case("x", "b", "y", against=2.0, power_dbm=27.0),
    )


def test_a_variant_is_the_same_method_under_further_settings():
    one = curve("robust", "Robust", "robust", cuts=3)
    other = variant(one, "robust-32", "32 elements", columns=32)
    assert (other.label, other.method, other.mode) == ("Robust", "robust", "32 elements")
    assert other.settings == {"columns": 32, "cuts": 3} and one.settings == {"cuts": 3}
    assert variant(one, "robust-9", "9 cuts", cuts=9).settings == {"cuts": 9}


def test_lines_take_their_colours_and_dashes_in_order():
    drawn = lines("a", "b", colours=(2, 0), dashes=(0, 1))
    assert [(one.curve, one.colour, one.dash) for one in drawn] == [("a", 2, 0), ("b", 0, 1)]
    assert [one.colour for one in lines("a", "b")] == [None, None]


def test_a_map_is_of_one_curve_and_marks_places():
    drawn = field_map("power_db", "robust", "designed", (0.0, 30.0), "user")
    assert drawn.kind == "map" and [one.curve for one in drawn.lines] == ["robust"]
    assert drawn.place == ("x_m", "y_m") and drawn.marks == ("user_x_m", "user_y_m")


def test_a_case_is_limited_along_axes_there_are():
    limited = claim("t", "s", "mean", "rate", ">", case("a", "A", tolerance=0.05))
    with pytest.raises(ValueError, match=r"where must name axes, of \['power_dbm'\], got \['tolerance'\]"):
        toy(claims=(limited,))


def toy(**more):
    both = (curve("a", "A", "plain"), curve("b", "B", "plain"))
    return TOY.study("fig1", "A figure", "rates", axes=(POWER,), points=((0.0,),), curves=both, metrics=(RATE,), **more)


def test_a_paper_says_what_its_studies_share():
    study = toy(caption="Rates.", panels=(panel("rate", POWER, *lines("a", "b")),), numbers=("rate",))
    assert (study.name, study.system) == ("toy-system/fig1", "beamwright.systems.toy_system")
    assert study.measure == "beamwright.studies.figures.toy_system.measures:rates"
    assert (study.source, study.note, toy(note="").note) == ("A paper", "A note", "")
    (picture,), (table,) = study.pictures, study.tables
    assert (picture.name, picture.caption, picture.panels[0].axis) == ("fig1", "Rates.", "power_dbm")
    assert (table.name, table.metrics, table.curves) == ("fig1-table", ("rate",), ("a", "b"))
    assert not toy().pictures and not toy().tables


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("means", "rate", ">", case("a", "A")), "rule"),
        (("mean", "rate", "over", case("a", "A")), "relation"),
        (("mean", "power", ">", case("a", "A")), r"metric must be one of \['rate'\]"),
        (("mean", "rate", ">", case("c", "C")), r"curve must be one of \['a', 'b'\]"),
    ],
)
def test_a_slip_in_a_claim_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        toy(claims=(claim("It pays.", "Section V", *words),))
