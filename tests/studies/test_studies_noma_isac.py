"""The paper's studies with the real methods: a drop's numbers do not depend on its batch, measures obey the physics."""

import jax
import numpy as np
import pytest

from beamwright.core import drop_keys
from beamwright.records import Store, Study, sweep
from beamwright.studies import STUDIES, run
from beamwright.studies.figures.noma_isac import measures
from beamwright.systems import noma_isac as ni


def cut(name: str, curves: tuple[str, ...], points: tuple[tuple[float, ...], ...]) -> Study:
    """Some curves of a registered study, at few points, without pictures and claims."""
    study = STUDIES[f"noma-isac/{name}"].model_dump()
    kept = [{**curve, "points": points} for curve in study["curves"] if curve["name"] in curves]
    assert len(kept) == len(curves)
    return Study(**{**study, "curves": kept, "pictures": (), "tables": (), "claims": ()})


def values(folder) -> np.ndarray:
    frame = Store(folder).read()
    assert not frame.empty and set(frame["status"]) <= {"optimal", "rank1_recovered"}
    keys = ["curve", "metric", "drop", "index"]
    return frame.astype(dict.fromkeys(["curve", "metric"], str)).sort_values(keys)["value"].to_numpy()


def test_a_drop_does_not_depend_on_its_batch(tmp_path):
    """Nine drops fill a wide tile of the solver, three a narrow one."""
    study = cut("fig4", ("chain-2",), sweep(8))
    whole = values(run(study, tmp_path / "whole", drops=9))
    np.testing.assert_allclose(values(run(study, tmp_path / "cut", drops=9, chunk=3)), whole, rtol=1e-9)


def test_power_minimisation_at_the_balanced_sinr_returns_the_budget(tmp_path):
    folder = run(cut("table2", ("chain",), ((6.0, 2.0),)), tmp_path, drops=4)
    frame = Store(folder).read()
    back = frame[frame["metric"] == "back_w"]["value"]
    assert len(back) == 4
    np.testing.assert_allclose(back, 6.0, rtol=1e-6)


@pytest.fixture(scope="module")
def designed():
    scenario = ni.Scenario(csi_error=0.0)  # the truth is what the design knows: targets are met exactly
    key = jax.random.key(5)
    realisation = ni.draw(scenario, key, 6)
    return scenario, realisation, ni.minimise_power(scenario, realisation.known, sinr_db=8.0), drop_keys(key, 6)


def test_measured_power_is_the_sum_of_its_parts(designed):
    scenario, realisation, design, keys = designed
    found = measures.power(scenario, realisation, design, keys)
    np.testing.assert_allclose(found["objective_w"], found["radiated_w"] + found["sensing_w"], rtol=1e-12)
    np.testing.assert_allclose(found["sensing_w"], found["target_power_w"].sum(axis=1), rtol=1e-12)
    assert (found["target_power_w"] >= 2.0 * (1 - 1e-6)).all() and (found["user_sinr_db"] >= 8.0 - 1e-5).all()
    np.testing.assert_allclose(found["min_sinr_db"], found["user_sinr_db"].min(axis=1))
    assert (found["designed"] == 1).all() and (np.abs(found["gap_percent"]) < 5).all()


def test_no_sampled_error_is_worse_than_the_exact_worst_case(designed):
    scenario, realisation, design, keys = designed
    found = measures.errors(scenario, realisation, design, keys, csi_error=0.1, samples=300)
    assert found["min_sinr_db"].shape == (6, 300)
    assert (found["min_sinr_db"] >= found["worst_sinr_db"][:, None]).all()
    assert (found["worst_sinr_db"] < 8.0).all()  # the design ignores errors
    np.testing.assert_allclose(found["missed"], (found["min_sinr_db"] < 8.0).mean(axis=1), atol=0.02)
    again = measures.errors(scenario, realisation, design, keys, csi_error=0.1, samples=300)
    np.testing.assert_array_equal(found["min_sinr_db"], again["min_sinr_db"])
    none = measures.errors(scenario, realisation, design, keys, csi_error=0.0, samples=2)
    np.testing.assert_allclose(none["min_sinr_db"], none["worst_sinr_db"][:, None] * np.ones(2), rtol=1e-9)


def test_sinrs_of_a_study_are_those_of_the_errors_that_it_names():
    """Truths are drawn from the scenario's error ball, which is not empty by default: a study says which it means."""
    of_truth = {"user_sinr_db", "min_sinr_db", "sinr_spread"}
    judged = [
        study
        for study in STUDIES.values()
        if study.name.startswith("noma-isac/") and of_truth & {metric.name for metric in study.metrics}
    ]
    assert {"noma-isac/table1", "noma-isac/table2", "noma-isac/fig7"} <= {study.name for study in judged}
    assert all("csi_error" in {**study.settings, **curve.settings} for study in judged for curve in study.curves)
