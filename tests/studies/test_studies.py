"""The engine: the same records for any split, worker or interruption, and nothing computed twice."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toy_system import STUDY, SYSTEM, measure

from beamwright.records import Store, Study, sweep
from beamwright.studies import STUDIES, run
from beamwright.studies.plan import load_system, make_plan, resolve
from beamwright.studies.worker import compute

HERE = Path(__file__).parents[1]


def changed(**values) -> Study:
    return Study(**{**STUDY.model_dump(), **values})


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "parts").iterdir() if path.suffix == ".parquet"}


def values(folder: Path) -> pd.DataFrame:
    frame = Store(folder).read()
    keys = ["curve", "sinr_db", "metric", "drop", "index"]
    plain = frame.astype(dict.fromkeys(("curve", "metric", "status"), str))
    return plain.sort_values(keys).set_index(keys)[["status", "value"]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    return run(STUDY, tmp_path_factory.mktemp("runs"))


def test_records_are_complete(undisturbed):
    frame = Store(undisturbed).read()
    designs = frame.groupby(["curve", "sinr_db"], observed=True)["drop"].nunique()
    assert designs.to_dict() == {("plain", x): 40 for x in (0.0, 5.0, 10.0)} | {("waste", x): 40 for x in (0.0, 5.0)}
    assert set(frame["metric"]) == {"power_w", "gain", "sample_w"}  # what is measured but not kept is left out
    assert set(frame["status"]) == {"optimal", "infeasible"}
    assert not Store(undisturbed).missing()


def test_all_curves_see_the_same_channels(undisturbed):
    gain = values(undisturbed)["value"].xs("gain", level="metric").unstack(["curve", "sinr_db"])
    assert (gain.nunique(axis=1) == 1).all() and gain.iloc[:, 0].nunique() == 40
    power = values(undisturbed)["value"].xs("power_w", level="metric").unstack(["curve", "sinr_db"])
    np.testing.assert_allclose(power["waste", 5.0], 1.5 * power["plain", 5.0])


@pytest.mark.parametrize("chunk", [7, 1000])
def test_any_chunk_size_gives_the_same_values(undisturbed, tmp_path, chunk):
    pd.testing.assert_frame_equal(values(run(STUDY, tmp_path, chunk=chunk)), values(undisturbed), rtol=1e-12)


def test_any_executor_gives_the_same_files(undisturbed, tmp_path):
    with ThreadPoolExecutor(3) as executor:
        folder = run(STUDY, tmp_path / "threads", executor=executor, workers=3)
    assert parts(folder) == parts(undisturbed)


def test_a_longer_study_reuses_the_shorter_one(tmp_path):
    seen = []
    short = run(STUDY, tmp_path, drops=32)
    kept = {path: path.stat().st_mtime_ns for path in (short / "parts").iterdir()}
    run(STUDY, tmp_path, drops=48, progress=seen.append)
    assert seen[0].reused == 5 * 32 and seen[-1].computed == 5 * 16 and seen[-1].fraction == 1.0
    assert all(path.stat().st_mtime_ns == before for path, before in kept.items())
    assert Store(short).read()["drop"].max() == 47


def test_another_seed_is_another_study(undisturbed, tmp_path):
    run(STUDY, tmp_path)
    folder = run(STUDY, tmp_path, seed=1)
    assert not np.allclose(values(folder)["value"], values(undisturbed)["value"])
    assert set(Store(folder).read()["seed"]) == {1}
    assert values(run(STUDY, tmp_path)).equals(values(undisturbed))  # and the first is still there


def test_restyling_computes_nothing(undisturbed, tmp_path):
    run(STUDY, tmp_path)
    seen = []
    run(changed(title="Another title", claims=(), pictures=()), tmp_path, progress=seen.append)
    assert seen[-1].computed == 0
    for other in ({"measure_options": {"samples": 3}}, {"settings": {"noise_power_w": 0.02}}):
        run(changed(**other), tmp_path, drops=4, progress=seen.append)
        assert seen[-1].reused == 0 and seen[-1].computed == 20


def divide(*arguments, **options):
    """A measure that meets a drop without a channel."""
    return {**measure(*arguments, **options), "gain": 1 / np.zeros(4)}


@pytest.mark.filterwarnings("error")
def test_a_number_that_is_none_is_a_record_not_a_warning():
    chunk = make_plan(changed(measure="test_studies:divide"), 4, 0, 4)[0]
    assert np.isinf(compute(chunk).values["gain"]).all()


def test_progress_says_where_it_stands(tmp_path):
    seen = []
    run(STUDY, tmp_path, progress=seen.append)
    first, middle, last = seen[0], seen[7], seen[-1]
    assert (first.designs, first.computed, first.seconds_left, first.rate) == (200, 0, None, 0.0)
    assert middle.seconds_left > 0 and middle.rate == pytest.approx(middle.computed / middle.seconds)
    assert last.seconds_left == 0.0 and last.fraction == 1.0
    assert (
        last.failed
        == (values(Store(tmp_path / "toy/power").folder)["status"].xs("gain", level="metric") == "infeasible").sum()
        > 0
    )


def test_every_setting_is_accounted_for():
    plan = make_plan(STUDY, 20, 3, 16)
    assert [(c.first, c.drops) for c in plan[:2]] == [(0, 16), (16, 4)]
    assert plan[0].scenario == {"antennas": 4, "noise_power_w": 0.01} and plan[-1].options["waste"] == 1.5
    assert len({chunk.name for chunk in plan}) == len(plan) == 10
    lost = changed(settings={"bandwidth_hz": 1.0})
    with pytest.raises(ValueError, match="bandwidth_hz"):
        resolve(SYSTEM, lost, lost.curves[0], {"sinr_db": 5.0})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"drops": 0}, "drops must be >= 1"),
        ({"chunk": 0}, "chunk must be >= 1"),
        ({"workers": 0}, "workers must be >= 1"),
        ({"seed": -1}, "seed must be >= 0"),
        ({"study": "toy/nothing"}, "study must be one of"),
        (
            {
                "study": changed(
                    curves=({"name": "x", "label": "x", "method": "magic"},), pictures=(), tables=(), claims=()
                )
            },
            "method must be one of .*magic",
        ),
    ],
)
def test_bad_arguments_write_nothing(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        run(**{"study": STUDY, "out": tmp_path, **arguments})
    assert not list(tmp_path.iterdir())


def test_a_failing_chunk_is_named_and_the_rest_stays(tmp_path):
    failing = changed(points=sweep(0, 5, 4000))  # overflows in the toy's design
    with pytest.raises(RuntimeError, match=r"toy/power/plain at \{'sinr_db': 4000.0\}, drops 0\+16: OverflowError"):
        run(failing, tmp_path)
    assert len(parts(tmp_path / "toy" / "power")) == 6


def test_damaged_parts_are_computed_again_and_said(undisturbed, tmp_path):
    folder = run(STUDY, tmp_path)
    whole = parts(folder)
    torn, swapped, other = sorted((folder / "parts").iterdir())[:3]
    torn.write_bytes(whole[torn.name][:500] + b"\0" * 9 + whole[torn.name][509:])
    swapped.write_bytes(whole[other.name])
    seen = []
    run(STUDY, tmp_path, progress=seen.append)
    assert [now.damaged for now in seen] == [2, 2, 2] and parts(folder) == whole


def test_two_runs_do_not_share_a_folder(tmp_path):
    """The second is refused from within the first, and computes nothing twice."""
    refused = []

    def try_again(_):
        if not refused:
            refused.append("")
            with pytest.raises(ValueError, match="power must be written by one process at a time") as error:
                run(STUDY, tmp_path, seed=9)
            refused[0] = str(error.value)

    folder = run(STUDY, tmp_path, drops=4, progress=try_again)
    assert "--out" in refused[0] and Store(folder).card().seed == 0 and not Store(folder).missing()


class DyingWorkers(ThreadPoolExecutor):
    """A pool that loses what it is given a number of times, as when its processes are killed."""

    def __init__(self, deaths):
        super().__init__(1)
        self.deaths = deaths

    def submit(self, function, chunk):
        if chunk.first == 16 and self.deaths:
            self.deaths -= 1
            lost = Future()
            lost.set_exception(BrokenProcessPool("a process was terminated abruptly"))
            return lost
        return super().submit(function, chunk)


def test_a_chunk_whose_worker_ends_is_tried_again(undisturbed, tmp_path):
    seen = []
    with DyingWorkers(2) as pool:
        folder = run(STUDY, tmp_path, executor=pool, workers=2, progress=seen.append)
    assert parts(folder) == parts(undisturbed) and seen[-1].retried == 2
    with DyingWorkers(3) as pool, pytest.raises(RuntimeError, match=r"plain at .*, drops 16\+16: Broken.*memory"):
        run(STUDY, tmp_path / "more", executor=pool, workers=2)


SLOW = """
import sys
from toy_system import STUDY
from beamwright.records import Study
from beamwright.studies import run
if __name__ == "__main__":
    study = Study(**{**STUDY.model_dump(), "settings": {"seconds": 0.03}})
    run(study, sys.argv[1], chunk=4, workers=int(sys.argv[2]))
"""


def start(folder: Path, workers: int) -> subprocess.Popen:
    script = folder.parent / "slow.py"
    script.write_text(SLOW)
    environment = {**os.environ, "TOY_LOG": str(folder) + ".log", "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    return subprocess.Popen([sys.executable, str(script), str(folder), str(workers)], env=environment)


@pytest.mark.parametrize(
    ("workers", "kills"),
    [pytest.param(1, 1, marks=pytest.mark.slow), (2, 1), pytest.param(1, 5, marks=pytest.mark.slow)],
)
def test_killed_at_random_moments_it_resumes_bit_for_bit(tmp_path, workers, kills):
    rng = np.random.default_rng(workers)
    folder = tmp_path / "runs"
    stored: dict[Path, int] = {}
    for _ in range(kills):
        process = start(folder, workers)
        deadline = time.monotonic() + 240
        while len(list(folder.rglob("*.parquet"))) <= len(stored) and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it was to be killed in full run"
        stored |= {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    assert 0 < len(stored) < 50
    assert start(folder, workers).wait() == 0
    assert all(path.stat().st_mtime_ns == before for path, before in stored.items()), "a stored chunk was written again"
    computed = Path(str(folder) + ".log").read_text().count("chunk")
    assert 50 <= computed <= 50 + kills * workers, "only chunks in flight may be computed twice"

    whole = run(changed(settings={"seconds": 0.03}), tmp_path / "whole", chunk=4)
    assert parts(folder / "toy" / "power") == parts(whole)
    pd.testing.assert_frame_equal(Store(folder / "toy" / "power").read(), Store(whole).read())


def test_registered_studies_resolve():
    assert all(name == study.name for name, study in STUDIES.items())
    for study in STUDIES.values():
        assert make_plan(study, 1, 0, 1)
        assert load_system(study.system).name in study.name
