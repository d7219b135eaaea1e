"""Claims judged from records: *holds*, *does not hold* or *undecided*, with the measured figure and its interval.

A claim about means is judged at every point with intervals that hold jointly (Bonferroni, 95 % over all points): it
holds if every interval lies on the claimed side, does not hold if one lies wholly on the other, a tie counting as
equality. A claim about every drop falls with the first counterexample.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from beamwright.core import require
from beamwright.records import Case, Claim
from beamwright.report import statistics
from beamwright.report.data import Data
from beamwright.report.statistics import LEVEL, Estimate


class Outcome(StrEnum):
    """Verdict on a claim, with the interval it rests on."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "undecided"


HOLDS, FAILS, UNDECIDED = Outcome
_MIN_DROPS = 8
"""With fewer drops no verdict of *holds* is given: a mean's interval and a clean sheet mean too little."""


NEAR = 0.95
"""Share of the worse of two last values at which a rising row has arrived; one that falls, as much above it."""


@dataclass(frozen=True)
class Verdict:
    """A claim in one case, judged."""

    claim: Claim
    case: Case
    outcome: Outcome
    measured: str
    """The measured figure with its interval, as a sentence."""
    drops: int


def judge(data: Data, claim: Claim) -> list[Verdict]:
    """One verdict per case of the claim."""
    return [_RULES[claim.rule](data, claim, case) for case in claim.cases]


def _judge_mean(data: Data, claim: Claim, case: Case) -> Verdict:
    """Mean of the (paired) difference to what is claimed, point by point."""
    left, right = _sides(data, claim, case)
    pairs = {p: pd.concat([left[p].mean(axis=1), right[p].mean(axis=1)], axis=1).dropna().to_numpy() for p in left}
    against = _against(claim, case)
    paired = case.versus is not None or isinstance(against, str)
    unit = data.study.metric(claim.metric).unit
    return _judge_pairs(data, claim, case, pairs, "mean difference" if paired else "mean", unit,
                        0.0 if paired else float(against))  # fmt: skip


def _judge_change(data: Data, claim: Claim, case: Case) -> Verdict:
    """Mean change from the first point to the last that there are, of one curve or less another's."""
    tables = [data.scalar(name, claim.metric, case.where or None) for name in (case.curve, case.versus) if name]
    points = [point for point in tables[0].columns if all(point in table.columns for table in tables)]
    if len(points) < 2:
        return Verdict(claim, case, UNDECIDED, "no usable drops", 0)
    changes = [table[points[-1]] - table[points[0]] for table in tables]
    changes = [*changes, 0 * changes[0]][:2]
    pairs = {points[0]: pd.concat(changes, axis=1).dropna().to_numpy()}
    said = "mean change from the first to the last point" + (", less the other's," if case.versus else "")
    return _judge_pairs(data, claim, case, pairs, said, data.study.metric(claim.metric).unit)


def _judge_sooner(data: Data, claim: Claim, case: Case) -> Verdict:
    """Mean difference of the places where two rows come near the worse of both last values."""
    require(case.versus is not None and isinstance(claim.against, str), "a claim of rule sooner",
            "have a curve to compare with, and places to be against", f"{case.versus}, {claim.against}")  # fmt: skip
    where = case.where or None
    rows, places = (
        [data.table(name, metric, where) for name in (case.curve, str(case.versus))]
        for metric in (claim.metric, str(claim.against))
    )
    found = {p: _arrivals([r[p] for r in rows], [x[p] for x in places], claim.better) for p in rows[0] if p in rows[1]}
    unit = data.study.metric(str(claim.against)).unit or "steps"
    pairs = {p: pair[~early] for p, (pair, early) in found.items()}
    verdict = _judge_pairs(data, claim, case, pairs, "mean difference", unit)
    first = np.concatenate([first for _, first in found.values()]) if found else np.zeros(0)
    if first.any():
        note = f"; left out are {first.sum()} of {len(first)} drops of which both are there from the first value on"
        verdict = replace(verdict, measured=verdict.measured + note)
    return verdict


def _arrivals(rows: list[pd.DataFrame], places: list[pd.DataFrame], better: str) -> tuple[np.ndarray, np.ndarray]:
    """(drops, 2) places where each row first comes within 5 % of the worse of both last values, on common drops.

    And (drops,) whether both are there from the first value on.
    """
    drops = rows[0].dropna().index.intersection(rows[1].dropna().index)
    sign = 1 if better == "higher" else -1
    values = [sign * row.loc[drops].to_numpy() for row in rows]
    worse = np.minimum(*(v[:, -1:] for v in values))
    level = worse - (1 - NEAR) * np.abs(worse)
    arrived = np.stack([(v >= level).argmax(axis=1) for v in values], axis=1)
    pair = [x.loc[drops].to_numpy()[np.arange(len(drops)), at] for x, at in zip(places, arrived.T, strict=True)]
    return np.stack(pair, axis=1), np.all(arrived == 0, axis=1)


def _judge_pairs(
    data: Data, claim: Claim, case: Case, pairs: dict, said: str, unit: str, shift: float = 0.0
) -> Verdict:
    """Verdict on the mean of differences (drops, 2) at every point; what is ``said`` of it, ``shift`` added."""
    empty, pairs = [p for p in pairs if not len(pairs[p])], {p: pair for p, pair in pairs.items() if len(pair)}
    if not pairs:
        return Verdict(claim, case, UNDECIDED, "no usable drops", 0)
    level = 1 - (1 - LEVEL) / len(pairs)
    estimates = {p: statistics.mean(pair[:, 0] - pair[:, 1], level) for p, pair in pairs.items()}
    outcomes = {p: _compare(estimates[p], claim, pairs[p]) for p in pairs}
    worst = max(pairs, key=lambda p: _adversity(estimates[p], outcomes[p], claim.relation))
    value, low, high = (_number(x + shift) for x in estimates[worst])
    measured = f"{said} {f'{value} {unit}'.strip()} [{low}, {high}]"
    measured += f" where it is least favourable ({_where(data, worst)})" if len(pairs) > 1 else ""
    measured += _tally(data, list(outcomes.values()), list(pairs))
    measured += f"; no usable drops at {_list(data, empty)}" if empty else ""
    outcome = _overall(list(outcomes.values()))
    measured += _would_take(pairs[worst], level) if outcome == UNDECIDED else ""
    return Verdict(claim, case, outcome, measured, min(map(len, pairs.values())))


def _would_take(pair: np.ndarray, level: float) -> str:
    """The number of drops after which an interval this wide would leave out zero, at the spread measured."""
    difference = pair[:, 0] - pair[:, 1]
    known = len(difference) > 1 and difference.std() > 0 and difference.mean() != 0
    needed = max(_MIN_DROPS, statistics.drops_for(difference, level) if known else 0)
    return f"; by the spread measured, it would take {needed} drops" if needed > len(difference) else ""


def _judge_every(data: Data, claim: Claim, case: Case) -> Verdict:
    """The relation on each drop, at all its points; one drop that breaks it refutes the claim."""
    right_by_drop, table = _satisfied(data, claim, case)
    if table.empty:
        return Verdict(claim, case, UNDECIDED, "no usable drops", 0)
    kept = table.min(axis=1)
    good, n = int(kept.sum()), len(kept)
    outcome = FAILS if good < n else HOLDS if n >= _MIN_DROPS else UNDECIDED
    measured = f"true on {good} of {n} drops ({_interval(statistics.share(good, n))})"
    return Verdict(claim, case, outcome, measured + _by_point(data, table) + right_by_drop, n)


def _judge_share(data: Data, claim: Claim, case: Case) -> Verdict:
    """The share of drops in the relation, point by point, against the claimed share."""
    worst, table = _satisfied(data, claim, case)
    if table.empty:
        return Verdict(claim, case, UNDECIDED, "no usable drops", 0)
    level = 1 - (1 - LEVEL) / len(table.columns)
    estimates = [statistics.share(int(column.dropna().sum()), column.count(), level) for _, column in table.items()]
    outcomes = [HOLDS if e.low >= claim.share else FAILS if e.high < claim.share else UNDECIDED for e in estimates]
    least = int(np.argmin([estimate.value for estimate in estimates]))
    measured = f"true on {100 * estimates[least].value:.0f} % of drops ({_interval(estimates[least])})"
    measured += f" at the worst point ({_where(data, table.columns[least])})" if len(outcomes) > 1 else ""
    return Verdict(claim, case, _overall(outcomes), measured + worst, int(table.count().min()))


def _judge_trend(data: Data, claim: Claim, case: Case) -> Verdict:
    """Judge a trend: every drop's values along the axis, from point to point."""
    table = data.scalar(case.curve, claim.metric, case.where or None).dropna()
    if table.empty or len(table.columns) < 2:
        return Verdict(claim, case, UNDECIDED, "no usable drops", 0)
    values = table.to_numpy()
    before, after = values[:, :-1], values[:, 1:]
    kept = np.all(_holds(after, claim.relation, before, claim.tolerance), axis=1)
    good, n = int(kept.sum()), len(kept)
    outcome = FAILS if good < n else HOLDS if n >= _MIN_DROPS else UNDECIDED
    change = f"{(values[:, -1] - values[:, 0]).mean():+.3g} {data.study.metric(claim.metric).unit}".strip()
    measured = f"true on {good} of {n} drops ({_interval(statistics.share(good, n))})"
    measured += f"; mean change from the first to the last point {change.replace('-', '−')}"
    return Verdict(claim, case, outcome, measured, n)


def _judge_published(data: Data, claim: Claim, case: Case) -> Verdict:
    """Judge a published number: inside the central 95 % of our drops or not."""
    tables = data.table(case.curve, claim.metric, case.where or None)
    against = _against(claim, case)
    values = pd.concat([table.mean(axis=1) for table in tables.values()]).dropna() if tables else pd.Series(dtype=float)
    if values.empty or isinstance(against, str):
        return Verdict(claim, case, UNDECIDED, "no usable drops", 0)
    low, middle, high = np.quantile(values, [0.025, 0.5, 0.975])
    inside = low <= against <= high
    outcome = UNDECIDED if len(values) < _MIN_DROPS else HOLDS if inside else FAILS
    unit = data.study.metric(claim.metric).unit
    measured = f"published {against:g} {unit}; measured median {_number(middle)} {unit}, "
    return Verdict(claim, case, outcome, measured + f"95 % of drops in [{_number(low)}, {_number(high)}]", len(values))


_RULES = {
    "mean": _judge_mean,
    "every": _judge_every,
    "share": _judge_share,
    "trend": _judge_trend,
    "change": _judge_change,
    "sooner": _judge_sooner,
    "published": _judge_published,
}


def _against(claim: Claim, case: Case) -> float | str:
    return claim.against if case.against is None else case.against


def _sides(data: Data, claim: Claim, case: Case) -> tuple[dict, dict]:
    """Point -> table of the metric, and of what it is compared with (same shape)."""
    left = data.table(case.curve, claim.metric, case.where or None)
    against = _against(claim, case)
    if case.versus is not None:
        other = data.table(case.versus, claim.metric, case.where or None)
        left = {point: table for point, table in left.items() if point in other}
        return left, {point: other[point].reindex_like(left[point]) for point in left}
    if isinstance(against, str) and against in data.axes:
        place = data.axes.index(against)
        return left, {point: table * 0 + point[place] for point, table in left.items()}
    if isinstance(against, str):
        other = data.table(case.curve, against, case.where or None)
        return left, {point: table * 0 + other[point].to_numpy()[:, :1] for point, table in left.items()}
    return left, {point: table * 0 + against for point, table in left.items()}


def _satisfied(data: Data, claim: Claim, case: Case) -> tuple[str, pd.DataFrame]:
    """A note on the largest deviation, and drops by points: 1 where the relation holds for all values of a drop."""
    left, right = _sides(data, claim, case)
    columns, deviation = {}, 0.0
    for point, table in left.items():
        a, b = table.to_numpy(), right[point].to_numpy()
        ok = pd.Series(_holds(a, claim.relation, b, claim.tolerance).all(axis=1), table.index).astype(float)
        columns[point] = ok.where(np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1))
        excess = np.where(_holds(a, claim.relation, b, claim.tolerance), 0.0, np.abs(a - b))
        deviation = max(deviation, float(np.nanmax(excess, initial=0.0)))
    unit = data.study.metric(claim.metric).unit
    note = f"; largest deviation {_number(deviation)} {unit}".rstrip() if deviation > 0 else ""
    table = pd.DataFrame(columns)
    return note, table.dropna(how="all").dropna(axis=1, how="all")


def _holds(a: np.ndarray, relation: str, b: np.ndarray, tolerance: float) -> np.ndarray:
    slack = tolerance * np.maximum(np.abs(a), np.abs(b))
    return {
        "<": a < b - slack,
        "<=": a <= b + slack,
        "=": np.abs(a - b) <= slack,
        ">=": a >= b - slack,
        ">": a > b + slack,
    }[relation]


def _compare(estimate: Estimate, claim: Claim, pair: np.ndarray) -> Outcome:
    """A mean difference (left minus right) with its interval against the relation to zero, +-tie counting as zero."""
    if len(pair) < _MIN_DROPS:
        return UNDECIDED
    tie = claim.tolerance * float(np.abs(pair.mean(axis=0)).max())
    low, high, relation = estimate.low, estimate.high, claim.relation
    if relation in (">", ">="):
        low, high, relation = -high, -low, "<" if relation == ">" else "<="
    if relation == "<":
        return HOLDS if high < -tie else FAILS if low > -tie else UNDECIDED
    if relation == "<=":
        return HOLDS if high <= tie else FAILS if low > tie else UNDECIDED
    inside, outside = max(abs(low), abs(high)) <= tie, low > tie or high < -tie
    return HOLDS if inside else FAILS if outside else UNDECIDED


def _adversity(estimate: Estimate, outcome: Outcome, relation: str) -> tuple[int, float]:
    """Sorts points: refuted before undecided before confirmed, then by how far on the wrong side."""
    sign = -1.0 if relation in (">", ">=") else 1.0
    value = abs(estimate.value) if relation == "=" else sign * estimate.value
    return (HOLDS, UNDECIDED, FAILS).index(outcome), value


def _overall(outcomes: list[Outcome]) -> Outcome:
    return FAILS if FAILS in outcomes else UNDECIDED if UNDECIDED in outcomes else HOLDS


def _where(data: Data, point: tuple[float, ...]) -> str:
    parts = zip(data.study.axes, point, strict=True)
    return ", ".join(f"{axis.label} {value:g} {axis.unit}".strip() for axis, value in parts)


def _tally(data: Data, outcomes: list[Outcome], points: list[tuple[float, ...]]) -> str:
    good = [point for point, outcome in zip(points, outcomes, strict=True) if outcome == HOLDS]
    if len(points) == 1 or len(good) == len(points):
        return ""
    return f"; holds at {len(good)} of {len(points)} points" + (f" ({_list(data, good)})" if good else "")


def _by_point(data: Data, table: pd.DataFrame) -> str:
    shares = table.mean()
    if len(shares) == 1 or shares.min() == 1:
        return ""
    least, most = shares.idxmin(), shares.idxmax()
    return (
        f"; by point {100 * shares.min():.0f} % ({_where(data, least)})"
        f" to {100 * shares.max():.0f} % ({_where(data, most)})"
    )


def _list(data: Data, points: list[tuple[float, ...]]) -> str:
    unit = data.study.axes[0].unit if len(data.axes) == 1 else ""
    texts = ["/".join(f"{value:g}" for value in point) for point in points]
    return f"{', '.join(texts)} {unit}".strip()


def _interval(estimate: Estimate) -> str:
    return f"95 % interval {100 * estimate.low:.0f} to {100 * estimate.high:.0f} %"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("inf", "∞").replace("-", "−")
