"""The STAR-RIS studies with the real methods: drops belong to themselves, verdicts rest on paired scenes."""

import numpy as np
import pytest

from beamwright.records import Store, Study, sweep
from beamwright.studies import STUDIES, run


def cut(name, curves, points, **change):
    """Some curves of a registered study, at few points, without pictures and claims."""
    study = STUDIES[f"star-ris/{name}"].model_dump()
    kept = [{**curve, "points": points} for curve in study["curves"] if curve["name"] in curves]
    assert len(kept) == len(curves)
    return Study(**{**study, "curves": kept, "pictures": (), "tables": (), "claims": (), **change})


def values(folder, metric):
    frame = Store(folder).read()
    frame = frame[frame["metric"] == metric].astype({"curve": str})
    return frame.pivot_table(index="drop", columns="curve", values="value")


def sum_rates(folder):
    return values(folder, "sum_rate")


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


@pytest.mark.slow
def test_closed_forms_agree_with_draws(tmp_path):
    study = cut("fig1", ("default", "one"), sweep(10), measure_options={"samples": 4000})
    folder = run(study, tmp_path, drops=1)
    assert np.all(values(folder, "deviation_errors") <= 5) and np.all(values(folder, "deviation_percent") <= 25)
    assert np.all(values(folder, "beyond_ergodic_errors") <= 3)


@pytest.mark.slow
def test_convergence_is_that_of_the_search(tmp_path):
    names = ("interference", "rate")
    few, many = (run(cut("fig2", names, sweep(n)), tmp_path / str(n), drops=3) for n in (2, 30))
    assert np.all(values(few, "spent")["interference"] <= 2)
    assert np.all(values(many, "objective")["interference"] <= values(few, "objective")["interference"])
    assert np.all(values(many, "objective")["rate"] >= values(few, "objective")["rate"])
    assert np.all(values(many, "above_bound")["interference"] <= 1e-3) and np.all(values(many, "rise") <= 1e-9)


def test_what_is_printed_is_no_measure_of_interference(tmp_path):
    folder = run(cut("fig5", ("printed",), sweep(16), measure_options={"surfaces": 50}), tmp_path, drops=4)
    assert np.all(values(folder, "true_interference") < 1)
    assert (
        values(folder, "printed_interference").to_numpy().mean() > values(folder, "true_interference").to_numpy().mean()
    )
    assert np.abs(values(folder, "rank_correlation")).to_numpy().max() < 0.5
    assert np.all(values(folder, "mean_ratio") > 2)


def test_a_surface_helps_where_the_direct_link_is_blocked(tmp_path):
    names = ("blocked-design", "blocked-none", "open-design", "open-none")
    found = sum_rates(run(cut("fig6", names, sweep(64)), tmp_path, drops=3))
    assert np.all(found["blocked-design"] > found["blocked-none"] * 1.005)
    assert np.all(found["open-design"] < found["open-none"] * 1.05)


@pytest.mark.slow
def test_munich_draws_belong_to_their_number_and_the_surface_pays_behind_a_blockage(tmp_path):
    names = ("wmmse", "none", "random")
    whole = sum_rates(run(cut("munich", names, sweep(50)), tmp_path / "whole", drops=5))
    parts = sum_rates(run(cut("munich", names, sweep(50)), tmp_path / "parts", drops=5, chunk=2))
    np.testing.assert_allclose(parts, whole, rtol=1e-9)
    assert (whole["wmmse"] - whole["none"]).mean() > 0.05
    with pytest.raises(RuntimeError, match="elements, antennas must be 64, 8"):
        run(cut("munich", ("random",), sweep(50), settings={"scale": "physical", "elements": 16}), tmp_path / "bad", 1)


@pytest.mark.slow
def test_the_map_is_brighter_where_the_users_are(tmp_path):
    folder = run(cut("map", ("rate",), sweep(64), measure_options={"step_m": 2.0}), tmp_path, drops=1)
    frame = Store(folder).read()
    row = {metric: part["value"].to_numpy() for metric, part in frame.groupby("metric", observed=True)}
    near = np.min(np.hypot(row["x_m"] - row["user_x_m"][:, None], row["y_m"] - row["user_y_m"][:, None]), axis=0)
    assert row["gain_db"][near < 1.5].mean() > row["gain_db"][near > 6].mean() + 3
