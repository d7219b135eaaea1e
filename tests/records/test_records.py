"""Records: the schema, and a store that never shows half a file and never forgets a whole one."""

import json
import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from toy_system import STUDY

from beamwright.records import (
    Case,
    Claim,
    Store,
    Study,
    content_name,
    find_stores,
    fingerprint,
    held,
    note_run,
    runs_of,
    to_table,
    write_bytes,
)
from beamwright.records.files import TEMPORARY

LABELS = {"study": "s", "system": "t", "curve": "c", "method": "m", "mode": "chain"}


def table(first=10, scale=1.0):
    values = {"power_w": scale * np.array([1.0, np.nan, 3.0]), "user": np.arange(6.0).reshape(3, 2)}
    return to_table(LABELS, 7, {"sinr_db": 5.0}, first, ["optimal", "infeasible", "optimal"], values)


def test_a_record_per_number_says_which_number_it_is():
    frame = table().to_pandas()
    assert list(frame.columns) == [*LABELS, "seed", "sinr_db", "drop", "status", "metric", "index", "value"]
    assert len(frame) == 3 + 6
    one = frame[(frame["metric"] == "user") & (frame["drop"] == 11)]
    assert one["value"].tolist() == [2.0, 3.0] and one["index"].tolist() == [0, 1]
    assert set(one["status"]) == {"infeasible"}
    assert frame[frame["metric"] == "power_w"]["value"].isna().sum() == 1  # a failed drop keeps its row


@pytest.mark.parametrize("value", [np.zeros(2), np.zeros((3, 2, 2)), np.float64(1.0)])
def test_a_metric_without_the_drops_axis_is_refused_by_name(value):
    with pytest.raises(ValueError, match="metric power_w must have axes"):
        to_table(LABELS, 0, {}, 0, ["optimal"] * 3, {"power_w": value})


def test_equal_records_are_equal_files_and_carry_what_they_are(tmp_path):
    paths = [Store(tmp_path / run).add("p", {"what": 1}, table(), {"seconds": run == "a"}) for run in ("a", "b")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert json.loads(pq.read_metadata(paths[0]).metadata[b"beamwright"]) == {"what": 1}


def test_a_store_reads_what_is_declared_in_that_order(tmp_path):
    store = Store(tmp_path / "toy" / "power")
    store.add("b", {}, table(first=0), {"seconds": 1.5})
    store.add("a", {}, table(first=3), {"seconds": 2.0})
    store.add("other-seed", {}, table(first=0, scale=9), {"seconds": 9})
    store.declare(STUDY, seed=7, drops=6, parts=["b", "a", "to-come"])
    frame = store.read()
    assert frame["drop"].drop_duplicates().tolist() == [0, 1, 2, 3, 4, 5]
    assert frame["value"].max() < 9
    assert store.missing() == ["to-come"]
    assert store.seconds() == 3.5
    assert store.study() == STUDY
    assert [found.folder for found in find_stores(tmp_path)] == [store.folder]
    pd.testing.assert_frame_equal(frame, store.read())


def test_torn_and_temporary_files_are_harmless(tmp_path):
    store = Store(tmp_path)
    whole = store.add("whole", {}, table(), {"seconds": 0}).read_bytes()
    store.part("torn").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "parts" / f"{TEMPORARY}x").write_bytes(whole[:10])
    store.declare(STUDY, 0, 3, ["whole", "torn"])
    assert store.has("whole") and not store.has("torn") and not store.has("absent")
    assert len(store.read()) == 9


def flipped(whole: bytes, at: float) -> bytes:
    place = int(at * len(whole))
    return whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]


@pytest.mark.parametrize("at", np.linspace(0.0, 0.999, 23))
def test_a_part_that_was_altered_anywhere_counts_as_not_there(tmp_path, at):
    """In its head, its body or its footer: what is read is what was written, or nothing."""
    store = Store(tmp_path)
    path = store.add("part", {"what": 1}, table(), {"seconds": 0})
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, at))
    found = store.load("part")
    if found is not None:
        pd.testing.assert_frame_equal(found.to_pandas(), table().to_pandas())
    assert store.has("part") == (found is not None) and store.damaged(["part", "absent"]) == ["part"]
    path.write_bytes(whole)
    assert store.has("part")


def test_values_a_reader_of_parquet_would_believe_are_compared_with_the_checksum(tmp_path):
    """Changed values in an intact file, and an intact file in another's place."""
    store = Store(tmp_path)
    first = store.add("first", {"what": 1}, table(), {"seconds": 0})
    other = store.add("other", {"what": 2}, table(scale=2.0), {"seconds": 0})
    told = pq.read_table(first).schema.metadata
    for changed in (table(scale=2.0), table(first=11), table().slice(1)):
        pq.write_table(changed.replace_schema_metadata(told), store.part("changed"))
        store.part("changed").replace(first)
        assert not store.has("first")
    first.write_bytes(other.read_bytes())
    assert store.has("other") and not store.has("first")


def test_a_torn_timing_or_provenance_costs_nothing_else(tmp_path):
    store = Store(tmp_path)
    for name in ("a", "b", "c"):
        store.add(name, {}, table(), {"seconds": 2.0})
    (tmp_path / "timing" / "b.json").write_text('{"seconds": 2.')
    (tmp_path / "timing" / "c.json").write_text("[" * 100_000)
    store.declare(STUDY, 0, 3, ["a", "b", "c"])
    assert store.seconds() == 2.0
    (tmp_path / "provenance.json").write_text('{"command": 1}')
    assert runs_of(tmp_path) == []
    note_run(tmp_path, "0")
    assert len(runs_of(tmp_path)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parts": ["a", "../../secret"]}, "name must be letters"),
        ({"parts": ["a", "a"]}, "parts must be different"),
        ({"drops": "<img src=x>"}, "drops"),
        ({"more": 1}, "more is not a parameter of Card"),
        (
            {"study": {**STUDY.model_dump(mode="json"), "name": 'a"><img src=x onerror=alert(1)>'}},
            "name must be letters",
        ),
    ],
)
def test_a_card_that_was_not_written_by_a_study_is_refused_by_its_file(tmp_path, change, words):
    store = Store(tmp_path)
    store.declare(STUDY, 0, 3, ["a"])
    card = {**json.loads((tmp_path / "study.json").read_text()), **change}
    (tmp_path / "study.json").write_text(json.dumps(card))
    with pytest.raises(ValueError, match=f"study.json must be as beamwright study wrote it: .*{words}"):
        store.card()


@pytest.mark.parametrize(
    "name", ["../x", "/x", "x/../y", "", ".", "..", "a b", 'a"', "a\n", "x/", "<b>", "é", "x" * 101]
)
def test_names_lead_nowhere_but_below_their_folder(name):
    with pytest.raises(ValueError, match="name must be letters"):
        Study(**{**STUDY.model_dump(), "name": name})
    for kind in ("pictures", "tables"):
        inside = getattr(STUDY, kind)[0].model_dump()
        with pytest.raises(ValueError, match="name must be letters"):
            Study(**{**STUDY.model_dump(), kind: ({**inside, "name": name},)})


@pytest.mark.parametrize("name", ["claims", "power"])
def test_pictures_and_tables_do_not_overwrite_each_other(name):
    inside = {**STUDY.tables[0].model_dump(), "name": name}
    with pytest.raises(ValueError, match="names of their own"):
        Study(**{**STUDY.model_dump(), "tables": (inside,)})


def test_a_folder_has_one_writer(tmp_path):
    words = f"new must be written by one .* {os.getpid()} "
    with held(tmp_path / "new"), pytest.raises(ValueError, match=words), held(tmp_path / "new"):
        pass
    with held(tmp_path / "new"):
        pass
    assert not list((tmp_path / "new").iterdir())


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = write_bytes(tmp_path / "x", b"old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_folder_without_records_says_so(tmp_path):
    with pytest.raises(ValueError, match="must hold records of a study"):
        Store(tmp_path).card()


def test_names_follow_content_not_order():
    assert content_name({"a": 1, "b": (1, 2)}) == content_name({"b": [1, 2], "a": 1})
    assert content_name({"a": 1}) != content_name({"a": 2})
    with pytest.raises(ValueError):
        content_name({"a": float("nan")})


def test_fingerprint_follows_the_source(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "some_numerics.py"
    module.write_text("x = 1\n")
    before = fingerprint(["some_numerics", "no_such_module"])
    assert before == fingerprint(["some_numerics"])
    module.write_text("x = 2\n")
    assert fingerprint(["some_numerics"]) != before


def test_a_study_survives_json_and_refuses_what_does_not_fit():
    assert Study(**json.loads(json.dumps(STUDY.model_dump(mode="json")))) == STUDY
    claim = Claim(text="t", source="s", rule="mean", metric="power_w", cases=(Case(curve="nobody"),))
    with pytest.raises(ValueError, match="curve must be one of .*nobody"):
        Study(**{**STUDY.model_dump(), "claims": (claim.model_dump(),)})
    with pytest.raises(ValueError, match="1 values a point"):
        Study(**{**STUDY.model_dump(), "points": ((1.0, 2.0),)})
