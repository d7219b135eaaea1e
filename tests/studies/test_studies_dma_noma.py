"""The metasurface studies with the real methods: drops belong to themselves, measures measure what they say."""

import numpy as np
import pytest

from beamwright.records import Store, Study, sweep
from beamwright.studies import STUDIES, run

CONVERGENCE = "beamwright.studies.figures.dma_noma.measures:convergence"
ROUNDS = [{"name": name, "label": name, "every_status": True} for name in ("rate", "to_98", "fall")]
"""What ``inner-loops`` measures without CVXPY."""


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


@pytest.mark.slow
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
    for name in ("fig4", "fig5"):
        folder = run(cut(name, ("n32",), ((5e-3, 32.0),)), tmp_path, drops=2)
        raw, bound, printed = (values(folder, metric).to_numpy() for metric in ("raw", "raw_bound", "printed"))
        assert np.all(raw <= bound * (1 + 1e-9)) and np.all(printed < 0.9 * raw) and np.all(raw > 1.9)


def test_many_elements_focus_in_range_and_few_do_not(tmp_path):
    many, few = (rows(run(cut("focus", (name,), sweep(10.0)), tmp_path / name, drops=1)) for name in ("n256", "n32"))
    assert abs(many["near_edge_m"][0] - 7.0) < 0.2 and abs(many["far_edge_m"][0] - 17.4) < 0.3
    assert np.isnan(few["far_edge_m"][0]) and np.isnan(few["near_edge_m"][0])
    for one in (many, few):  # a passive surface never beats the matched field, nor radiates more than it is fed
        assert one["loss_db"][0] >= -one["radiated_db"][0] >= 0


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


def test_users_errors_apart_cost_less_than_together_and_leave_what_is_left(tmp_path):
    folder = run(cut("fig8", ("robust-32", "non-robust-32"), sweep(0.1)), tmp_path, drops=2)
    worst, near, far, kept, radial, interference, order = (
        values(folder, name)
        for name in ("verified", "near_errors", "far_errors", "kept", "radial_kept", "interference_db", "order_db")
    )
    for part in (near, far):
        assert np.all(worst <= part + 1e-9)
    assert np.all(near <= worst / kept + 1e-9)
    assert np.all(kept["robust-32"] > 0.9) and np.all(kept["non-robust-32"] < 0.8) and np.all(radial > kept)
    assert np.all(interference["non-robust-32"] > 10) and np.all(order["robust-32"] < 0)
    np.testing.assert_allclose(worst, values(folder, "near") + values(folder, "far"))


def test_theorem_1_bounds_by_its_printed_exponent_and_not_by_that_of_its_proof(tmp_path):
    folder = run(cut("fig5", ("n32",), ((6e-4, 32.0), (5e-3, 32.0))), tmp_path, drops=2)
    frame = Store(folder).read()
    table = frame.pivot_table(index=["drop", "position_error_m"], columns="metric", values="value", observed=True)
    assert np.all(table["theorem_2"] < table["raw"]) and np.all(table["theorem_4"] > table["raw"])
    assert np.all(table["theorem_2"] < 1.8) and np.all(table["theorem_4"] < 9)
    np.testing.assert_allclose(table["theorem_2"], table["printed"], rtol=2e-3)  # both stop at sqrt(3)
    assert np.all(table["tightness"] >= 1 - 1e-9)


@pytest.mark.slow
def test_rounds_are_counted_until_a_rate_stays_and_more_rounds_reach_more(tmp_path):
    folder = run(cut("inner-loops", ("published",), sweep(0.1), measure=CONVERGENCE, metrics=ROUNDS), tmp_path, drops=2)
    assert np.all(values(folder, "fall") > 0.5) and np.all(values(folder, "to_98") >= 1)
    folder = run(cut("speed", ("tdma",), sweep(1, 4), measure_options={"most": 6, "steps": 60}), tmp_path, drops=2)
    frame = Store(folder).read()
    reached = frame[frame["metric"] == "reached"].pivot_table(index="drop", columns="rounds", values="value")
    assert np.all(reached[4.0] > 0.95) and np.all(reached[1.0] < reached[4.0])


@pytest.mark.slow
def test_the_relaxation_is_tight(tmp_path):
    pytest.importorskip("cvxpy")
    folder = run(cut("inner-loops", ("robust",), sweep(0.1)), tmp_path, drops=1)
    assert np.all(values(folder, "top_share") > 0.97)
