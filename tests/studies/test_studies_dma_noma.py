"""The metasurface studies with the real methods: drops belong to themselves, measures measure what they say."""

import numpy as np
import pytest

from beamwright.records import Store, Study, sweep
from beamwright.studies import STUDIES, run


def cut(name, curves, points, **change):
    """Some curves of a registered study, at few points, without pictures and claims."""
    study = STUDIES[f"dma-noma/{name}"].model_dump()
    kept = [{**curve, "points": points} for curve in study["curves"] if curve["name"] in curves]
    assert len(kept) == len(curves)
    return Study(**{**study, "curves": kept, "pictures": (), "tables": (), "claims": (), **change})


def values(folder, metric):
    frame = Store(folder).read()
    frame = frame[frame["metric"] == metric].astype({"curve": str})
    return frame.pivot_table(index="drop", columns="curve", values="value")


def rows(folder):
    """Metric -> entries of the only drop and curve."""
    frame = Store(folder).read()
    return {metric: part["value"].to_numpy() for metric, part in frame.groupby("metric", observed=True)}


@pytest.mark.slow
def test_a_drop_depends_neither_on_its_batch_nor_on_its_chunk(tmp_path):
    study = cut("fig8", ("robust-32", "non-robust-32"), sweep(0.1))
    whole = values(run(study, tmp_path / "whole", drops=4), "verified")
    parts = values(run(study, tmp_path / "parts", drops=4, chunk=3), "verified")
    np.testing.assert_array_equal(parts, whole)
    assert np.all(whole["robust-32"] > whole["non-robust-32"] + 5)


def test_errors_along_one_line_are_a_part_of_all_errors(tmp_path):
    folder = run(cut("fig8", ("non-robust-32",), sweep(0.1)), tmp_path, drops=3)
    verified, radial, tangential, mean = (
        values(folder, name).to_numpy() for name in ("verified", "radial", "tangential", "mean")
    )
    assert np.all(verified <= radial + 1e-9) and np.all(verified <= tangential + 0.02)
    assert np.all(radial > tangential + 5) and np.all(mean > verified)


def test_convergence_is_monotone_and_counts_rounds(tmp_path):
    folder = run(cut("fig3", ("error-0.1",), sweep(0.1)), tmp_path, drops=3)
    assert np.all(values(folder, "fall") <= 1e-9)
    assert np.all(values(folder, "to_95") <= values(folder, "to_98"))
    assert np.all(values(folder, "to_98") <= 30)


def test_bounds_hold_and_the_printed_one_does_not(tmp_path):
    folder = run(cut("fig4", ("n32",), sweep(5e-3)), tmp_path, drops=2)
    for user in ("near", "far"):
        raw, bound, printed = (values(folder, f"{name}_{user}").to_numpy() for name in ("raw", "raw_bound", "printed"))
        assert np.all(raw <= bound * (1 + 1e-9)) and np.all(printed < 0.9 * raw) and np.all(raw > 1.9)


def test_many_elements_focus_in_range_and_few_do_not(tmp_path):
    many, few = (rows(run(cut("focus", (name,), sweep(10.0)), tmp_path / name, drops=1)) for name in ("n256", "n32"))
    assert abs(many["near_edge_m"][0] - 7.0) < 0.2 and abs(many["far_edge_m"][0] - 17.4) < 0.3
    assert np.isinf(few["far_edge_m"][0])


def test_a_ball_of_channels_promises_what_is_true_and_little(tmp_path):
    folder = run(cut("sets", ("positions", "aligned"), sweep(0.01)), tmp_path, drops=2)
    assert np.all(values(folder, "excess") <= 1e-6)
    assert np.all(values(folder, "positions")["positions"] > values(folder, "aligned")["aligned"] + 10)


def test_the_robust_null_is_wide(tmp_path):
    wide, spike = (
        rows(run(cut("map", (name,), sweep(0.1), measure_options={"step_m": 1.0}), tmp_path / name, drops=1))
        for name in ("robust", "non-robust")
    )
    inside = np.abs(wide["offset_m"]) <= 0.1
    assert wide["leak_db"][inside].max() < spike["leak_db"][inside].max() - 10
    assert wide["verified"][0] > spike["verified"][0] + 8


@pytest.mark.slow
def test_power_and_schemes(tmp_path):
    loud = values(run(cut("fig7", ("digital", "robust", "fdma"), sweep(27.0)), tmp_path / "a", drops=3), "verified")
    assert np.all(loud["digital"] > loud["robust"]) and np.all(loud["robust"] > loud["fdma"])
    points = ((0.0, 10.0, 15.0), (27.0, 10.0, 15.0))
    frame = Store(run(cut("fig6", ("power-0.1",), points), tmp_path / "b", drops=3)).read()
    table = frame[frame["metric"] == "verified"].pivot_table(index="drop", columns="power_dbm", values="value")
    assert np.all(table[27.0] > table[0.0] + 10)
