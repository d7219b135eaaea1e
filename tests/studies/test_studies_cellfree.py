"""The cell-free studies with the real methods, on few scenes: measures measure what they say."""

import numpy as np
import pytest

from beamwright.records import Store, Study, sweep
from beamwright.studies import STUDIES, run

SMALL = {"aps": 2, "users": 2, "rx_antennas": 2, "tx_antennas": 4, "paths": 2, "snapshots": 8}


def cut(name, curves, points, **change):
    """Some curves of a registered study, at few points, without pictures and claims."""
    study = STUDIES[f"cellfree/{name}"].model_dump()
    kept = [{**curve, "points": points} for curve in study["curves"] if curve["name"] in curves]
    assert len(kept) == len(curves)
    return Study(**{**study, "curves": kept, "pictures": (), "tables": (), "claims": (), "settings": SMALL, **change})


def values(folder, metric):
    frame = Store(folder).read()
    frame = frame[frame["metric"] == metric].astype({"curve": str})
    return frame.pivot_table(index="drop", columns="curve", values="value")


def rows(folder):
    """Metric -> entries of the only drop and curve."""
    frame = Store(folder).read()
    return {metric: part["value"].to_numpy() for metric, part in frame.groupby("metric", observed=True)}


def test_yardsticks_and_drops_that_belong_to_themselves(tmp_path):
    study = cut("fig8", ("leakage", "silence"), sweep(500.0))
    whole = run(study, tmp_path / "whole", drops=4)
    parts = run(study, tmp_path / "parts", drops=4, chunk=3)
    for metric in ("worst", "nominal", "users"):
        np.testing.assert_array_equal(values(parts, metric), values(whole, metric))
    worst, nominal = values(whole, "worst"), values(whole, "nominal")
    assert np.all(worst <= nominal + 1e-9) and np.all(values(whole, "radiated")["silence"] == 0)


@pytest.mark.slow
def test_no_method_finds_more_than_the_dense_search_and_the_manifold_misses_most(tmp_path):
    folder = run(cut("worst-offsets", ("leakage",), sweep(2000.0)), tmp_path, drops=3)
    missed = {name: values(folder, name).to_numpy() for name in ("oracle", "vertices", "manifold", "polished")}
    for share in missed.values():
        assert np.all((share >= 0) & (share <= 1 + 1e-9))
    assert missed["oracle"].max() < 0.05 and missed["polished"].mean() <= missed["manifold"].mean() + 1e-9


def test_the_way_to_the_worst_offsets_begins_without_any_and_passes_them(tmp_path):
    folder = run(cut("offset", ("leakage",), sweep(500.0)), tmp_path, drops=1)
    row = rows(folder)
    assert row["offset_hz"][0] == 0 and row["offset_hz"][-1] == 1000
    assert row["utility"][0] >= row["utility"][len(row["utility"]) // 2]


@pytest.mark.slow
def test_position_bounds_of_the_study_are_the_references(tmp_path):
    folder = run(cut("position-bound", ("silence",), sweep(4), settings={}), tmp_path, drops=1)
    row = rows(folder)
    names = [f"{grid}_{kind}" for grid in ("grid", "diagonal") for kind in ("known", "consistent", "free")]
    np.testing.assert_allclose(
        [row[name][0] for name in names], [16.447, 16.447, 16.447, 65.789, 65.789, 84.423], rtol=1e-4
    )


def test_maps_show_the_beams_and_where_a_target_can_be_located(tmp_path):
    options = {"step_m": 20.0}
    folder = run(cut("map", ("leakage",), sweep(500.0), measure_options=options), tmp_path / "map", drops=1)
    row = rows(folder)
    assert len(row["power_db"]) == len(row["x_m"]) == 14**2 and np.all(np.abs(row["moved_loudest"]) <= 1e-9)
    assert len(row["ap_x_m"]) == len(row["user_x_m"]) == 2 and len(row["target_x_m"]) == 1
    folder = run(cut("bound-map", ("silence",), sweep(500.0), measure_options=options), tmp_path / "bound", drops=1)
    row = rows(folder)
    assert np.all(row["consistent_db"] <= row["free_db"] + 1e-9) and np.all(np.isfinite(row["free_db"]))


def test_parts_of_the_utility_add_up_and_a_blind_radar_is_no_decibels(tmp_path):
    folder = run(cut("weight", ("silence",), sweep(0.0, 0.8)), tmp_path / "weight", drops=2)
    frame = Store(folder).read().pivot_table(index=["drop", "sensing_weight"], columns="metric", values="value")
    np.testing.assert_allclose(frame["worst"], (1 - frame.index.get_level_values(1)) * frame["users"])
    assert np.all(frame["blind"] == 1) and np.all(frame["loud"] == 0) and "radar_db" not in frame
    folder = run(cut("fig8", ("leakage",), sweep(500.0)), tmp_path / "loud", drops=2)
    frame = Store(folder).read().pivot_table(index="drop", columns="metric", values="value")
    assert np.all(frame["loud"] == 2)
    np.testing.assert_array_equal(frame["blind"] == 1, frame["sensing"] < np.log2(1.01))
    np.testing.assert_array_equal(frame["blind"] == 1, np.isnan(frame["radar_db"]))
    seen = frame[frame["blind"] == 0]
    np.testing.assert_allclose(seen["sensing"], np.log2(1 + 10 ** (seen["radar_db"] / 10)))
    np.testing.assert_allclose(frame["lost"], 1 - frame["worst"] / frame["nominal"])


def test_bounds_of_random_geometries_are_in_their_order_and_belong_to_their_drops(tmp_path):
    study = cut("bound-offsets", ("silence",), sweep(2), measure_options={"elements": 16})
    whole = Store(run(study, tmp_path / "whole", drops=3)).read()
    parts = Store(run(study, tmp_path / "parts", drops=3, chunk=2)).read()
    found, again = (f.pivot_table(index="drop", columns="metric", values="value") for f in (whole, parts))
    np.testing.assert_array_equal(found, again)
    assert len(found["grid_known"].unique()) == 3
    assert np.all(found["diagonal_known"] <= found["diagonal_consistent"] * (1 + 1e-9))
    assert np.all(found["diagonal_consistent"] < found["diagonal_free"])
    np.testing.assert_allclose(found["grid_free"], found["grid_known"], rtol=1e-6)


@pytest.mark.slow
def test_rounds_of_the_alternation_and_level_lines_beside_them(tmp_path):
    study = cut("alternation", ("manifold", "silence"), sweep(500.0)).model_dump()
    study["curves"][0]["settings"] = {"starts": 1, "steps": 30, "alternations": 2}
    folder = run(Study(**{**study, "measure_options": {"last": 2}}), tmp_path, drops=1)
    frame = Store(folder).read().astype({"curve": str})
    rows = {key: part["value"].to_numpy() for key, part in frame.groupby(["curve", "metric"], observed=True)}
    assert rows["manifold", "round"].tolist() == [0, 1, 2] and rows["silence", "round"].tolist() == [0, 2]
    assert np.all(rows["manifold", "believed"] >= rows["manifold", "true"] - 1e-9)
    assert rows["manifold", "worst"][0] == rows["manifold", "true"][-1] and np.ptp(rows["silence", "true"]) == 0


@pytest.mark.slow
def test_adaptation_compares_the_same_training_from_scratch_and_from_a_policy(tmp_path):
    options = {"env_steps": 1536, "pretraining_steps": 1536, "pretraining_drops": 2}
    folder = run(cut("adaptation", ("moving",), sweep(500.0), measure_options=options), tmp_path, drops=1)
    row = rows(folder)
    for agent in ("meta", "ddpg", "amortised"):
        assert len(row[f"{agent}_steps"]) == len(row[f"{agent}_tuned"]) == len(row[f"{agent}_policy"])
        np.testing.assert_allclose(row[f"{agent}_gain"], (row[f"{agent}_tuned"] - row[f"{agent}_scratch"])[-1])
        assert np.abs(row[f"{agent}_sooner"][0]) <= np.ptp(row[f"{agent}_steps"])
