"""The gallery: every picture has values, words at its axes, and a legend that fits into the column."""

import numpy as np
import pytest

from examples.gallery.__main__ import PICTURES, picture

QUICK = ("per_antenna",)
"""Its programs are compiled by other tests."""


def test_every_problem_of_the_zoo_has_a_picture() -> None:
    from benchmarks.programs.cases import CASES

    assert set(PICTURES) == set(CASES)


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in PICTURES])
def test_a_picture_shows_something(name: str) -> None:
    figure = picture(name)
    (axes,), (legend,) = figure.axes, figure.legends
    assert axes.get_xlabel() and axes.get_ylabel()
    for line in axes.lines:
        assert len(line.get_xdata()) > 1 and np.isfinite(np.asarray(line.get_ydata(), float)).all(), line.get_label()
    figure.canvas.draw()
    inside, whole = legend.get_window_extent(), figure.bbox
    assert inside.x0 >= whole.x0 and inside.x1 <= whole.x1
