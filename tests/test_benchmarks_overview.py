"""The overview of benchmarks: what fell since earlier runs fails, whatever else happens is told."""

import io
import json

import pandas as pd
import pytest
from rich.console import Console

from benchmarks.overview import fresh, history, lines
from benchmarks.overview import run as overview

FACTS = {"processor": "some", "cores_used": 1}


def test_a_ratio_is_held_against_the_median_of_the_last_runs_on_the_same_processor(tmp_path):
    path = tmp_path / "deep" / "history.jsonl"
    assert history.remembered(path, "some") == []
    for ratio in (900.0, 100.0, 110.0, 90.0, 100.0, 500.0):
        history.remember(path, FACTS, {"a": ratio, "b": 2.0})
    history.remember(path, {"processor": "another"}, {"a": 1.0})
    with path.open("a") as file:
        file.write('{"torn')
    earlier = history.remembered(path, "some")
    assert len(earlier) == 6
    assert history.fallen(earlier, {"a": 71.0, "b": 1.5, "new": 0.1}) == {}
    assert history.fallen(earlier, {"a": 69.0, "b": 1.3, "new": 0.1}) == {"a": 100.0, "b": 2.0}


def overview_of(monkeypatch, tmp_path, seconds):
    """Whether it passed, what it printed, and its table; every side takes ``seconds[side]``, None: it fails."""

    def measure(table, index, side):
        if seconds[side] is None:
            raise RuntimeError("no such solver")
        return fresh.Fresh(1.5, 2.5, seconds[side], 100.0)

    monkeypatch.setattr(fresh, "measure", measure)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(overview, "LINES", lines.LINES[:1] + lines.LINES[2:3])
    console = Console(file=io.StringIO(), width=200)
    passed = overview.run(overview.OVERVIEW, FACTS, tmp_path / "out", console)
    return passed, console.file.getvalue(), pd.read_csv(tmp_path / "out" / "benchmarks-overview.csv")


def test_a_run_slower_than_earlier_ones_fails_loudly_and_is_remembered(monkeypatch, tmp_path):
    passed, told, table = overview_of(monkeypatch, tmp_path, {"ours": 1e-3, "theirs": 0.1})
    assert passed and "x" in told and "SLOWER" not in told
    assert table.ratio.tolist()[:1] == pytest.approx([100.0]) and table.ratio.isna().tolist() == [False, True]
    passed, told, _ = overview_of(monkeypatch, tmp_path, {"ours": 2e-3, "theirs": 0.1})
    assert not passed and "SLOWER noma-isac, nominal: 50 times the peer's speed, 100 in earlier runs" in told
    runs = [json.loads(text) for text in history.file().read_text().splitlines()]
    assert [run["ratios"]["noma-isac, nominal"] for run in runs] == pytest.approx([100.0, 50.0])


def test_a_line_that_fails_is_named_and_the_others_are_measured(monkeypatch, tmp_path):
    passed, told, table = overview_of(monkeypatch, tmp_path, {"ours": 1e-3, "theirs": None})
    assert not passed and "FAILED noma-isac, nominal, theirs: no such solver" in told
    assert len(table) == 2 and (table.ours_per_drop_s == 1e-3).all()
    assert json.loads(history.file().read_text())["ratios"] == {}  # the others are held against the past all the same


def test_names_of_lines_are_unique_and_sides_make_calls_that_answer():
    assert len({line.name for line in lines.LINES}) == len(lines.LINES)
    every = lines.methods()
    index = [line.name for line in every].index("star-ris, random")
    assert len(every[index].ours(2)().status) == 2


@pytest.mark.slow
def test_a_fresh_process_measures_a_side_and_a_failing_one_says_why():
    found = fresh.measure(overview.METHODS, [line.name for line in lines.methods()].index("star-ris, random"), "ours")
    assert found.first_s > 0 and found.few_s > 0 and found.memory_mib >= 0
    with pytest.raises(RuntimeError, match="IndexError"):
        fresh.measure(overview.OVERVIEW, 99, "ours")
