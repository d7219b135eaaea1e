"""The report: statistics against references, claims on records whose truth is known, pages that need nothing else."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from toy_system import STUDY

from beamwright import report
from beamwright.records import Case, Claim, Line, Panel, Picture, Store, Study, Table, sweep, to_table
from beamwright.report import Data, judge, statistics
from beamwright.report.curves import HOLLOW, curve_summary, versus_summary
from beamwright.report.pictures import draw
from beamwright.report.style import render
from beamwright.report.tables import readable, summarise

DROPS = 40


def store(folder: Path, changes: dict | None = None, status: list[str] | None = None, **records) -> Store:
    """A store of the toy study with given values: ``plain={0.0: {"power_w": ...}}``."""
    study = Study(**{**STUDY.model_dump(), **(changes or {})})
    found, parts = Store(folder / study.name), []
    for curve, points in records.items():
        for x, values in points.items():
            labels = {"study": study.name, "system": "toy", "curve": curve, "method": "matched", "mode": ""}
            drops = len(next(iter(values.values())))
            table = to_table(labels, 0, {"sinr_db": x}, 0, status or ["optimal"] * drops, values)
            parts.append(f"{curve}-{x:g}")
            found.add(parts[-1], {}, table, {"seconds": 0.5})
    found.declare(study, 0, DROPS, parts)
    return found


def noise(seed: int = 0, drops: int = DROPS) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(drops)


def claim(rule: str, relation: str = "=", versus: str | None = None, **more) -> Claim:
    case = Case(curve="plain", versus=versus)
    return Claim(text="t", source="s", rule=rule, metric="power_w", relation=relation, cases=(case,), **more)


def test_intervals_agree_with_scipy():
    x = noise()
    t = stats.ttest_1samp(x, 0.0).confidence_interval(0.95)
    np.testing.assert_allclose(statistics.mean(x)[1:], t)
    for good in (0, 3, 40):
        exact = stats.binomtest(good, 40).proportion_ci(0.95, "exact")
        np.testing.assert_allclose(statistics.share(good, 40), (good / 40, *exact))
    assert statistics.mean(x[:1]) == (x[0], -np.inf, np.inf) and np.isnan(statistics.share(0, 0).value)


@pytest.mark.parametrize("n", [8, 25, 60])
def test_the_interval_of_a_median_covers_it(n):
    samples = np.random.default_rng(n).exponential(size=(2000, n))
    found = np.array([statistics.median(row) for row in samples])
    assert np.mean((found[:, 1] <= np.log(2)) & (np.log(2) <= found[:, 2])) >= 0.94
    np.testing.assert_allclose(found[:, 0], np.median(samples, axis=1))


@pytest.mark.parametrize(
    ("shift", "relation", "verdict"),
    [
        (-1.0, "<", "holds"),
        (1.0, "<", "does not hold"),
        (0.0, "<", "undecided"),
        (1.0, ">", "holds"),
        (-1.0, ">=", "does not hold"),
        (1.0, "=", "does not hold"),
        (0.0, "=", "undecided"),
    ],
)
def test_a_claim_about_paired_means(tmp_path, shift, relation, verdict):
    """A common fading of 100 hides a shift of 1 unless drops are paired."""
    fading = 100 * noise(1)
    ours, other = fading + shift + 0.5 * (noise(2) - noise(2).mean()), fading
    data = Data(store(tmp_path, plain={0.0: {"power_w": ours}}, waste={0.0: {"power_w": other}}))
    (found,) = judge(data, claim("mean", relation, versus="waste"))
    assert found.outcome == verdict and found.drops == DROPS
    half = stats.t.ppf(0.975, DROPS - 1) * np.std(ours - other, ddof=1) / np.sqrt(DROPS)
    if shift:
        assert f"{shift - half:.3g}".replace("-", "−") in found.measured


def test_a_tie_is_not_less_and_a_mean_must_hold_at_every_point(tmp_path):
    base = 1 + 0.1 * noise()
    curves = {"plain": {0.0: {"power_w": base}, 5.0: {"power_w": base}}}
    other = {0.0: {"power_w": base * (1 + 1e-9)}, 5.0: {"power_w": base + 1}}
    data = Data(store(tmp_path, **curves, waste=other))
    (found,) = judge(data, claim("mean", "<", versus="waste"))
    assert found.outcome == "does not hold" and "holds at 1 of 2 points (5 dB)" in found.measured
    (upper,) = judge(data, claim("mean", "<=", versus="waste"))
    assert upper.outcome == "holds"
    only = Claim(
        **{
            **claim("mean", "<").model_dump(),
            "cases": [{"curve": "plain", "versus": "waste", "where": {"sinr_db": (5, 5)}}],
        }
    )
    assert judge(data, only)[0].outcome == "holds"


def test_one_drop_refutes_a_claim_about_every_drop(tmp_path):
    values = np.full(DROPS, 2.0)
    values[7] = 2.5
    data = Data(store(tmp_path, plain={0.0: {"power_w": values}}))
    (found,) = judge(data, claim("every", "=", against=2.0))
    assert found.outcome == "does not hold" and "39 of 40" in found.measured and "0.5 W" in found.measured
    assert judge(data, claim("every", "<=", against=2.5))[0].outcome == "holds"
    assert judge(data, claim("every", "=", against=2.0, tolerance=0.3))[0].outcome == "holds"


def test_claims_compare_with_axes_and_other_metrics(tmp_path):
    values = {x: {"power_w": np.full(DROPS, x), "gain": np.full(DROPS, x + 1)} for x in (5.0, 10.0)}
    data = Data(store(tmp_path, plain=values))
    assert judge(data, claim("every", "=", against="sinr_db"))[0].outcome == "holds"
    assert judge(data, claim("every", "<", against="gain"))[0].outcome == "holds"
    assert judge(data, claim("every", ">=", against="gain"))[0].outcome == "does not hold"


@pytest.mark.parametrize(("good", "verdict"), [(40, "undecided"), (30, "does not hold")])
def test_a_share_needs_its_interval_above_the_line(tmp_path, good, verdict):
    values = np.where(np.arange(DROPS) < good, 1.0, 3.0)
    data = Data(store(tmp_path, plain={0.0: {"power_w": values}}))
    assert judge(data, claim("share", "<", against=2.0, share=0.95))[0].outcome == verdict  # 40/40: at least 91 %
    easier = judge(data, claim("share", "<", against=2.0, share=0.5))[0]
    assert easier.outcome == "holds"


def test_trends_and_published_numbers(tmp_path):
    rising = {x: {"power_w": x + 0.1 * np.abs(noise())} for x in (0.0, 5.0, 10.0)}
    data = Data(store(tmp_path, plain=rising))
    assert judge(data, claim("trend", ">"))[0].outcome == "holds"
    assert judge(data, claim("trend", "<="))[0].outcome == "does not hold"
    assert judge(data, claim("published", against=5.05))[0].outcome == "holds"
    assert judge(data, claim("published", against=11.0))[0].outcome == "does not hold"


def test_changes_along_the_axis_are_compared(tmp_path):
    """Plain rises half as fast as waste, which has no last point."""
    rising = {
        name: {x: {"power_w": slope * x + 0.1 * noise(int(x))} for x in (0.0, 5.0, 10.0)}
        for name, slope in (("plain", 0.5), ("waste", 1.0))
    }
    data = Data(store(tmp_path, **rising))
    assert judge(data, claim("change", "<", versus="waste"))[0].outcome == "holds"
    found = judge(data, claim("change", ">"))[0]
    assert found.outcome == "holds" and "mean change from the first to the last point 4.99 W" in found.measured
    assert judge(data, claim("change", "<"))[0].outcome == "does not hold"
    half = Case(curve="plain", where={"sinr_db": (5, 10)})
    assert "last point 2.5" in judge(data, claim("change", ">").model_copy(update={"cases": (half,)}))[0].measured


@pytest.mark.parametrize("falls", [False, True])
def test_who_arrives_sooner_is_measured_at_a_level_that_both_reach(tmp_path, falls):
    """Plain gets to 10 at once and on to 20, waste to 10 at the fifth place: 10 is the level, their own last is not."""
    quick, slow = np.array([1.0, 10, 10, 12, 20]), np.array([1.0, 2, 4, 8, 10])
    rows = {"plain": quick, "waste": slow}
    if falls:
        rows = {name: 1 / row for name, row in rows.items()}
    places = np.tile(100.0 * np.arange(5), (DROPS, 1))
    records = {n: {0.0: {"power_w": np.tile(row, (DROPS, 1)), "gain": places}} for n, row in rows.items()}
    data = Data(store(tmp_path, **records))
    better = "lower" if falls else "higher"
    found = judge(data, claim("sooner", "<", versus="waste", against="gain", better=better))[0]
    assert found.outcome == "holds" and "−300" in found.measured and found.drops == DROPS
    assert "left out" not in found.measured
    with pytest.raises(ValueError, match="sooner must have a curve"):
        judge(data, claim("sooner", "<", against="gain"))


def test_rows_that_begin_at_their_common_level_do_not_say_who_is_sooner(tmp_path):
    """One falls from 6 to 5 for good, the other is above 5 all the time: 5 is where nobody had to learn to go."""
    rows = {"plain": np.array([8.0, 6, 7, 9]), "waste": np.array([6.0, 5, 5, 5])}
    places = np.tile(100.0 * np.arange(4), (DROPS, 1))
    records = {n: {0.0: {"power_w": np.tile(row, (DROPS, 1)), "gain": places}} for n, row in rows.items()}
    late = records["waste"][0.0]["power_w"]
    late[:10, 0] = 1.0  # on ten drops it has to learn that
    data = Data(store(tmp_path, **records))
    found = judge(data, claim("sooner", "<", versus="waste", against="gain"))[0]
    assert found.outcome == "holds" and found.drops == 10 and "−100" in found.measured
    assert f"{DROPS - 10} of {DROPS} drops" in found.measured
    late[:, 0] = 6.0
    found = judge(Data(store(tmp_path / "none", **records)), claim("sooner", "<", versus="waste", against="gain"))[0]
    assert found.outcome == "undecided" and found.drops == 0 and f"{DROPS} of {DROPS} drops" in found.measured


def test_what_is_undecided_says_what_it_would_take(tmp_path):
    wide = 0.2 + 2 * noise()
    data = Data(store(tmp_path, plain={0.0: {"power_w": wide}}))
    found = judge(data, claim("mean", ">"))[0]
    needed = int(np.ceil((stats.norm.ppf(0.975) * wide.std(ddof=1) / wide.mean()) ** 2))
    assert found.outcome == "undecided" and f"it would take {needed} drops" in found.measured and needed > DROPS
    few = Data(store(tmp_path / "few", plain={0.0: {"power_w": np.ones(5)}}))
    assert "it would take 8 drops" in judge(few, claim("mean", ">"))[0].measured


def test_few_drops_confirm_nothing(tmp_path):
    data = Data(store(tmp_path, plain={0.0: {"power_w": np.ones(5)}}))
    for rule in ("mean", "every", "published"):
        assert judge(data, claim(rule, "=", against=1.0))[0].outcome == "undecided"
    assert judge(data, claim("every", "=", against=2.0))[0].outcome == "does not hold"  # but they can refute


def test_unusable_drops_are_left_out_of_values_and_counted(tmp_path):
    status = ["optimal"] * 38 + ["infeasible", "stalled"]
    values = np.append(np.ones(38), [np.nan, 1e9])
    data = Data(store(tmp_path, status=status, plain={0.0: {"power_w": values}}))
    assert judge(data, claim("every", "=", against=1.0))[0].drops == 38
    assert data.status_counts().loc["plain"].to_dict() == {"infeasible": 1, "optimal": 38, "stalled": 1}
    summary = curve_summary(data, Panel(metric="power_w", axis="sinr_db", lines=(Line(curve="plain"),)))
    assert summary["value"].tolist() == [1.0] and summary["drops"].tolist() == [38]


@pytest.mark.parametrize(("lost", "counts"), [(1, [39, 39]), (30, [40, 10])])
def test_means_are_over_drops_that_all_points_share_while_they_are_many(tmp_path, lost, counts):
    """Drops without a design at 5 dB do not count at 0 dB either; unless too few would be left."""
    values = np.arange(DROPS) * 1.0
    found = store(tmp_path, plain={0.0: {"power_w": values}, 5.0: {"power_w": values}})
    labels = {"study": "toy/power", "system": "toy", "curve": "plain", "method": "m", "mode": ""}
    status = ["infeasible"] * lost + ["optimal"] * (DROPS - lost)
    found.add("plain-5", {}, to_table(labels, 0, {"sinr_db": 5.0}, 0, status, {"power_w": values}), {"seconds": 0})
    summary = curve_summary(Data(found), Panel(metric="power_w", axis="sinr_db", lines=(Line(curve="plain"),)))
    assert summary["drops"].tolist() == counts
    assert summary["value"].tolist() == [values[DROPS - count :].mean() for count in counts]


def test_wins_and_gains(tmp_path):
    ours = np.where(np.arange(DROPS) < 30, 1.0, 2.0)
    data = Data(store(tmp_path, plain={0.0: {"power_w": ours}}, waste={0.0: {"power_w": np.full(DROPS, 2.0)}}))
    panel = Panel(kind="wins", metric="power_w", axis="sinr_db", lines=(Line(curve="plain", versus="waste"),))
    wins = versus_summary(data, panel).iloc[0]
    assert (wins["value"], wins["ties"], wins["drops"]) == (0.75, 0.25, DROPS)
    gain = versus_summary(data, panel.model_copy(update={"kind": "gain"})).iloc[0]
    assert gain["value"] == pytest.approx(0.75 * 0.5) and gain["low"] < 0.375 < gain["high"]


def test_tables_have_a_column_per_user(tmp_path):
    users = np.stack([np.arange(DROPS), np.ones(DROPS)], axis=1)
    data = Data(store(tmp_path, changes={"points": sweep(0)}, plain={0.0: {"sample_w": users}}))
    table = Table(name="t", caption="c", metrics=("sample_w",), curves=("plain",), digits=2)
    summary = summarise(data, table)
    assert summary["sample_w[1] mean"].tolist() == [19.5] and summary["sample_w[2] max"].tolist() == [1.0]
    shown = readable(data, table, summary).iloc[0]
    assert shown["Sampled power 1 (W)"].startswith("19.50 ± ") and shown["Sampled power 2 (W)"] == "1.00"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, str]:
    """A page of a finished and an interrupted study."""
    runs = tmp_path_factory.mktemp("runs")
    values = {
        x: {
            "power_w": 10 ** (x / 10) * np.exp(noise()),
            "gain": noise(3),
            "sample_w": np.outer(np.exp(noise()), [1, 2]),
        }
        for x in (0.0, 5.0, 10.0)
    }
    finished = store(runs, plain=values, waste={x: values[x] for x in (0.0, 5.0)})
    (finished.folder / "provenance.json").write_text(
        json.dumps(
            [
                {
                    "started": "today",
                    "command": "beamwright study <toy>",
                    "beamwright": "1",
                    "commit": None,
                    "platform": "p",
                    "cores": 2,
                    "versions": {"numpy": "2"},
                }
            ]
        )
    )
    cut = store(runs, changes={"name": "toy/cut", "title": "Cut & dried"}, plain=values)
    cut.declare(cut.study(), 0, DROPS, [*cut.card().parts, "to-come"])
    page = report.write(runs, runs / "page" / "report.html")
    return page, page.read_text()


def test_the_page_is_self_contained(written):
    _, text = written
    outside = [link for link in re.findall(r'(?:src|href)="([^"]*)"', text) if not link.startswith(("data:", "#"))]
    assert not outside and "<script" not in text and "@import" not in text and "url(" not in text
    assert text.count("data:image/svg+xml;base64,") == 2


def test_the_page_tells_what_there_is_and_what_is_missing(written):
    _, text = written
    for expected in (
        "Power of a matched filter",
        "Cut &amp; dried",
        "1 chunks to come",
        "1 of 4 chunks",
        "Waste costs",
        "beamwright study &lt;toy&gt;",
        "Provenance",
    ):
        assert expected in text, expected


def test_pictures_and_numbers_lie_beside_the_records(written):
    page, _ = written
    folder = page.parents[1] / "toy" / "power"
    assert (folder / "power.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "power.pdf").read_bytes().startswith(b"%PDF")
    numbers = pd.read_csv(folder / "power.csv")
    assert set(numbers["panel"]) == {"a", "b", "c", "d"}
    drawn = numbers[(numbers["panel"] == "a") & (numbers["curve"] == "plain")]
    np.testing.assert_allclose(drawn["value"], 10 ** (drawn["sinr_db"] / 10) * np.exp(noise()).mean())
    assert list(pd.read_csv(folder / "claims.csv")["verdict"]) == ["does not hold"]
    assert (folder / "means.csv").exists() and not list(page.parents[1].rglob(".partial*"))


def panel(kind: str, **more) -> dict:
    lines = [{"curve": "plain", "versus": "waste"}, {"curve": "waste", "versus": "plain"}]
    place = {"map": ["gain", "power_w"], "profile": ["gain"]}.get(kind, [])
    axes = {"axis": "sinr_db", "place": place, "scale": "log", "axis_scale": "log"}
    return {"kind": kind, "metric": "sample_w", "lines": lines, **axes, **more}


EVERY_KIND = [
    {"name": "curves", "caption": "", "panels": [panel(kind) for kind in ("curves", "wins", "gain")]},
    {"name": "values", "caption": "", "panels": [panel(kind) for kind in ("density", "cdf", "map", "profile")]},
]
EVERY_KIND[0]["panels"] += [panel("curves", statistic=name) for name in ("median", "share")]


def each(value: np.ndarray) -> dict:
    return {x: dict.fromkeys(("power_w", "gain", "sample_w"), value) for x in (0.0, 5.0)}


ROWS = np.outer(np.exp(noise(drops=9)), [1.0, 2.0, 3.0])


@pytest.fixture
def one_format(monkeypatch):
    """SVG alone: the others cost seconds and are tested above."""
    module = sys.modules["beamwright.report.write"]
    monkeypatch.setattr(module, "render", lambda figure, kind: render(figure, kind) if kind == "svg" else b"")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("records", "status"),
    [
        ({"waste": each(ROWS)}, "optimal"),  # stopped early, or a curve that was begun
        ({"plain": each(np.full((9, 3), np.nan)), "waste": each(np.full((9, 3), np.inf))}, "optimal"),
        ({"plain": each(np.zeros((9, 3))), "waste": each(-ROWS)}, "optimal"),
        ({"plain": each(ROWS[:1]), "waste": each(1e307 * ROWS)}, "optimal"),
    ],
    ids=["one curve", "nothing finite", "nothing positive", "beyond drawing"],
)
def test_every_panel_stands_what_records_can_hold(tmp_path, one_format, records, status):
    """A page comes out, in silence: an empty panel says that it is empty."""
    rules = [claim(rule, "<", versus="waste").model_dump() for rule in ("mean", "every", "share", "trend", "published")]
    changes = {"pictures": EVERY_KIND, "claims": rules, "points": sweep(0, 5)}
    for curve, values in records.items():
        drops = len(values[0.0]["gain"])
        found = store(tmp_path, changes, [status] * drops, **{curve: values})
        parts = [f"{name}-{x}" for name in records for x in (0, 5)]
        found.declare(found.study(), 0, drops, parts)
    page = report.write(tmp_path, tmp_path / "page.html").read_text()
    assert page.count("data:image/svg+xml;base64,") + page.count("cannot be drawn") == 2


def test_an_empty_panel_says_so(tmp_path):
    found = store(tmp_path, {"pictures": EVERY_KIND}, waste=each(ROWS))
    figure, _ = draw(Data(found), found.study().pictures[1])
    words = [[text.get_text() for text in ax.texts] for ax in figure.axes]
    assert words[2] == ["no usable drops"] and words[0] == []


def drawn(found: Store, panel: dict) -> tuple:
    """Axes of a picture of one panel, and its numbers."""
    picture = Picture(name="one", caption="", panels=(Panel(**panel),))
    figure, numbers = draw(Data(found), picture)
    return figure.axes[0], numbers


def test_a_cumulative_distribution_is_a_staircase_with_a_step_per_drop(tmp_path):
    found = store(tmp_path, plain={0.0: {"power_w": np.array([3.0, 1.0, 2.0, 2.0])}})
    ax, numbers = drawn(found, {"kind": "cdf", "metric": "power_w", "lines": [{"curve": "plain"}]})
    assert ax.lines[0].get_drawstyle() == "steps-post"
    assert numbers["x"].tolist() == [1, 1, 2, 2, 3] and numbers["y"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert set(numbers["drops"]) == {4}


def test_bands_end_at_the_least_there_can_be_and_do_not_rule_the_axis(tmp_path):
    metrics = [{**metric.model_dump(), "least": 0.0} for metric in STUDY.metrics]
    values = {x: {"power_w": x + np.array([0, 0, 0, 20.0])} for x in (0.0, 5.0)}
    found = store(tmp_path / "four", {"metrics": metrics}, plain=values)
    panel = {"metric": "power_w", "axis": "sinr_db", "lines": [{"curve": "plain"}]}
    ax, numbers = drawn(found, panel)
    assert numbers["low"].tolist() == [0.0, 0.0] and numbers["high"].max() > 25
    low, high = ax.get_ylim()
    assert -1 < low < 0 and 15 < high < 16 and ax.collections[0].get_paths()
    low, high = drawn(found, {**panel, "scale": "log"})[0].get_ylim()
    assert 1 < low < 5 and high > 10  # a band from zero hides no line
    few = store(tmp_path / "two", plain={x: {"power_w": np.array([x, x + 20.0])} for x in (0.0, 5.0)})
    ax, _ = drawn(few, panel)
    assert 9 < ax.get_ylim()[0] < 10 and not ax.collections[0].get_paths()


def test_points_of_which_most_designs_are_not_usable_are_hollow_where_they_count(tmp_path):
    metrics = [{**metric.model_dump(), "every_status": metric.name == "power_w"} for metric in STUDY.metrics]
    values = {0.0: {"power_w": np.ones(3), "gain": np.ones(3)}}
    found = store(tmp_path, {"metrics": metrics}, ["optimal", "stalled", "stalled"], plain=values)
    for metric, words in (("power_w", 1), ("gain", 0)):
        ax, numbers = drawn(found, {"metric": metric, "axis": "sinr_db", "lines": [{"curve": "plain"}]})
        assert sum(label == HOLLOW for label in ax.get_legend_handles_labels()[1]) == words
        np.testing.assert_allclose(numbers["unusable"], 2 / 3)
    page = report.write(tmp_path, tmp_path / "page.html").read_text()
    assert "part of means and claims about what means something however a design ended: Power" in page


def test_a_profile_shades_what_it_is_told(tmp_path):
    found = store(tmp_path, plain={0.0: {"gain": ROWS, "power_w": ROWS}})
    lines = [{"curve": "plain"}]
    more = {"shaded": (1.0, 2.0), "shaded_label": "ball", "place": ["gain"]}
    ax, numbers = drawn(found, {"kind": "profile", "metric": "power_w", "lines": lines, **more})
    assert "ball" in ax.get_legend_handles_labels()[1] and numbers["drops"].tolist() == [9, 9, 9]


def test_a_line_with_a_colour_of_its_own_looks_the_same_in_every_panel(tmp_path):
    values = {x: {"power_w": noise()} for x in (0.0, 5.0)}
    found = store(tmp_path, plain=values, waste=values)
    looks = {"plain": {"colour": 1}, "waste": {"colour": 1, "dash": 1}}
    panels = [[{"curve": name, **looks[name]} for name in names] for names in (("plain", "waste"), ("waste", "plain"))]
    axes = [drawn(found, {"metric": "power_w", "axis": "sinr_db", "lines": lines})[0] for lines in panels]
    first, second = ([(line.get_color(), line.get_marker()) for line in ax.lines] for ax in axes)
    assert first == second[::-1] and first[0][1] != first[1][1]


@pytest.mark.parametrize(("label", "columns"), [
    ("power", 4), ("convex programs (base 3)", 2), ("$\\mathrm{power}$", 4), ("more than half of a line " * 2, 1),
])  # fmt: skip
def test_a_legend_has_the_most_columns_that_fit_the_figure(label, columns, tmp_path):
    values = {0.0: {"power_w": noise()}}
    found = store(tmp_path, plain=values)
    lines = [{"curve": "plain", "label": f"{label}{'.' * more}"} for more in range(4)]
    picture = Picture(name="one", caption="", panels=(Panel(metric="power_w", axis="sinr_db", lines=lines),))
    figure, _ = draw(Data(found), picture)
    (legend,) = figure.legends
    figure.draw_without_rendering()
    assert len(legend.get_children()[0].get_children()[1].get_children()) == columns
    assert legend.get_window_extent().width <= figure.bbox.width or columns == 1


def test_a_damaged_part_is_left_out_and_named(tmp_path):
    found = store(tmp_path, {"pictures": ()}, plain={0.0: {"power_w": noise()}, 5.0: {"power_w": noise()}})
    whole = found.part("plain-5").read_bytes()
    found.part("plain-5").write_bytes(whole[:200] + b"\0\0\0" + whole[203:])
    page = report.write(tmp_path, tmp_path / "page.html").read_text()
    assert "1 of 2 chunks are not computed yet" in page and "parts/plain-5.parquet" in page
    found.part("plain-5").write_bytes(whole)
    assert "parts/plain-5.parquet" not in report.write(tmp_path, tmp_path / "page.html").read_text()


EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


class Tags(HTMLParser):
    """A page as a browser takes it apart."""

    def __init__(self):
        super().__init__()
        self.seen, self.shown = [], ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, attrs))

    def handle_data(self, data):
        self.shown += data


def test_nothing_in_a_study_becomes_markup(tmp_path, one_format):
    """Every text of a study is escaped, wherever it is shown; its name is refused before (test_records)."""

    def evil(value, key=""):
        if isinstance(value, dict):
            return {k: evil(v, k) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [evil(item, key) for item in value]
        shown = ("label", "title", "caption", "unit", "text", "source", "note", "mode", "marks_label")
        return value + EVIL if key in shown else value

    study = evil(STUDY.model_dump(mode="json"))
    found = store(tmp_path, study, plain={0.0: {"power_w": noise(), "gain": noise(), "sample_w": noise()}})
    for values in ({"started": EVIL, "command": EVIL, "commit": EVIL, "cores": EVIL, "versions": {EVIL: EVIL}}, {}):
        (found.folder / "provenance.json").write_text(json.dumps([values]))
        tags = Tags()
        tags.feed(report.write(tmp_path, tmp_path / "page.html").read_text())
        assert tags.shown.count("onerror") > 5 and not {name for name, _ in tags.seen} & {"script", "iframe", "object"}
        attributes = [(key, value) for _, pairs in tags.seen for key, value in pairs]
        assert not [key for key, _ in attributes if key.startswith("on")]
        assert all(value.startswith(("data:", "#")) for key, value in attributes if key in ("src", "href"))


def test_a_study_that_leads_elsewhere_writes_nothing(tmp_path):
    found = store(tmp_path / "runs", plain={0.0: {"power_w": noise()}})
    card = json.loads((found.folder / "study.json").read_text())
    for name in ("../../../X", str(tmp_path / "X")):
        card["study"]["pictures"][0]["name"] = name
        (found.folder / "study.json").write_text(json.dumps(card))
        with pytest.raises(ValueError, match="study.json must be as beamwright study wrote it: .*name must be"):
            report.write(tmp_path / "runs", tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_a_report_is_reproducible(written):
    page, text = written
    picture = page.parents[1] / "toy" / "power" / "power.pdf"
    before = picture.read_bytes()
    assert report.write(page.parents[1], page).read_text() == text and picture.read_bytes() == before


def test_a_folder_without_studies_is_refused(tmp_path):
    with pytest.raises(ValueError, match="runs must hold records of at least one study"):
        report.write(tmp_path, tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_a_study_without_a_single_chunk_still_has_its_place(tmp_path):
    store(tmp_path)
    found = Store(tmp_path / "toy/power")
    found.declare(STUDY, 0, DROPS, ["to-come"])
    assert "1 of 1 chunks are not computed yet" in report.write(tmp_path, tmp_path / "page.html").read_text()
