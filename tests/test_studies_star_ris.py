"""The STAR-RIS studies with the real methods: drops belong to themselves, verdicts rest on paired scenes."""

import numpy as np
import pytest

from beamwright.records import Store, Study, sweep
from beamwright.studies import STUDIES, run


def cut(name, curves, points):
    """Some curves of a registered study, at few points, without pictures and claims."""
    study = STUDIES[f"star-ris/{name}"].model_dump()
    kept = [{**curve, "points": points} for curve in study["curves"] if curve["name"] in curves]
    assert len(kept) == len(curves)
    return Study(**{**study, "curves": kept, "pictures": (), "tables": (), "claims": ()})


def sum_rates(folder):
    frame = Store(folder).read()
    frame = frame[frame["metric"] == "sum_rate"].astype({"curve": str})
    return frame.pivot_table(index="drop", columns="curve", values="value")


@pytest.mark.parametrize("curve", ["open-rate", "open-wmmse", "open-interference", "open-random"])
def test_a_drop_depends_neither_on_its_batch_nor_on_its_chunk(curve, tmp_path):
    study = cut("fig3", (curve,), sweep(16))
    whole = sum_rates(run(study, tmp_path / "whole", drops=7))
    parts = sum_rates(run(study, tmp_path / "parts", drops=7, chunk=3))
    np.testing.assert_allclose(parts, whole, rtol=1e-9)


def test_designing_for_the_rate_beats_chance_and_least_interference(tmp_path):
    names = ("open-rate", "open-random", "open-interference")
    found = sum_rates(run(cut("fig3", names, sweep(16)), tmp_path, drops=6))
    assert np.all(found["open-rate"] > found["open-random"])
    assert np.all(found["open-rate"] > found["open-interference"])
