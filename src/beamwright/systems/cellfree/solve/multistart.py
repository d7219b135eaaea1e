"""Many short runs of the search, then longer ones from the best of them, with the worst offsets found on the way.

A search of moving antennas contains that of fixed ones: its best design is a start and a candidate. So does a search in
a plane contain that on a line, and every search silence.
"""

from typing import NamedTuple

import jax
import numpy as np

from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Known, Scenario
from beamwright.systems.cellfree.solve.frame import Frame, frame_of
from beamwright.systems.cellfree.solve.schedule import FIRST_RATE, HOT, RATE, WARM, Schedule
from beamwright.systems.cellfree.solve.search import SPARE, Lane, Run, SearchResult, search, variable_sizes
from beamwright.systems.cellfree.solve.start import largest_radar_rate, starting_vectors, vector_of, yardstick_vectors

KEPT = 4
"""Of so many designs one goes on to the next round."""
FIRST = 3
"""The first of several rounds has the steps of the others over this."""
TOGETHER = 256
"""Drops whose waves of all scenarios are in memory at once."""
WHISPER = 1e-3
"""Share of its power below which an access point counts as silent."""
RETURN_FLOOR = 0.5
"""Share of the radar's largest rate that is held where the search goes on from a given design, lest it fall silent."""


class Options(NamedTuple):
    """Kind of design, and length of the search."""

    movable: bool = True
    robust: bool = True
    full_power: bool = False
    starts: int = 12
    """Random layouts; fixed arrays have two thirds as many starts."""
    rounds: int = 3
    steps: int = 300
    """Steps of Adam per round; the first of several has a third of them."""
    seed: int = 0
    radar_log: float = 0.0
    """log2(1 + required radar SINR)."""
    schedule: Schedule | None = None
    """Learnt rates and temperatures; the search then leaves fixed arrays out, but for silent ones."""


class Found(NamedTuple):
    """Best design of every drop by the oracle of the search."""

    point: physics.Point
    filters: physics.Filters
    trace: np.ndarray
    """(drops, rounds) best so far: of fixed arrays, then of moving ones."""
    iterations: np.ndarray
    """(drops,) steps of Adam, all starts."""


class _Pool(NamedTuple):
    """Starts of every drop, and the scenarios and floors they are searched with."""

    x: np.ndarray
    """(drops, starts, variables)."""
    offsets: np.ndarray
    """(drops, starts, scenarios, aps)."""
    floors: np.ndarray
    """(drops, starts) bits."""


class _Best(NamedTuple):
    """Best run of every drop, and the offsets its filters are made for; what was tried for it."""

    result: SearchResult
    offsets: np.ndarray
    trace: list[np.ndarray]
    iterations: int


def multistart(
    scenario: Scenario, known: Known, options: Options, initial: physics.Point | None = None,
    assumed: np.ndarray | None = None,
) -> Found:  # fmt: skip
    """Search from many starts, and from ``initial``; ``known`` is checked.

    ``assumed``: offsets (drops, aps), in units of the range, that filters and utility are for, and no others.
    """
    frame = frame_of(scenario, known, assumed)
    best = _best_design(scenario, frame, known, options, None if initial is None else frame.entered(initial), assumed)
    point, offsets_hz = frame.restored(best.result.point), _range_hz(scenario, options) * best.offsets
    filters = filters_for(scenario, known, point, offsets_hz, best.result.weights)
    return Found(point, filters, np.stack(best.trace, axis=1), np.full(len(known.numbers), best.iterations))


def _best_design(
    scenario: Scenario, frame: Frame, known: Known, options: Options, given: physics.Point | None,
    assumed: np.ndarray | None,
) -> _Best:  # fmt: skip
    """Best of what a kind of movement contains, each of which is a start for the next: silence, fixed arrays, antennas
    on a line, antennas in a plane."""
    s, best = _unit_powers(scenario), None
    contained: list[_Best] = []
    if options.schedule is not None:
        best = _silent(s, frame, options)
    elif given is None or options.starts > 1 or not options.movable:
        best = _fixed(s, frame, known.numbers, options)
        contained = [best]
        if s.planar and options.movable:
            contained.append(_on_line(scenario, known, options, assumed))
            best = _better(best, contained[1])
    if options.movable:
        best = _moving(s, frame, known.numbers, options, given, contained, best)
    assert best is not None
    return best


def _on_line(scenario: Scenario, known: Known, options: Options, assumed: np.ndarray | None) -> _Best:
    """Best design of antennas that move on the axis alone, by the search for those, as one of a plane."""
    s, known = scenario.model_copy(update={"movement": "line"}), physics.on_line(known)
    best = _best_design(s, frame_of(s, known, assumed), known, options, None, assumed)
    point, sizes = best.result.point, variable_sizes(scenario.radio, s.users)
    point = point._replace(tx=point.tx + 0j, rx=point.rx + 0j)
    return best._replace(result=best.result._replace(point=point, x=np.zeros((len(point.tx), sum(sizes)))))


def filters_for(
    s: Scenario, known: Known, point: physics.Point, offsets_hz: np.ndarray, weights: np.ndarray
) -> physics.Filters:
    """Closed-form filters from the paths as they were given, for offsets (drops, scenarios, aps) and their weights."""

    def some(drops: slice) -> physics.Filters:
        at = physics.Point(*(a[drops] for a in point))
        paths = physics.placed_paths(s, physics.paths_of(known.take(drops)), physics.sample_places(s, physics.RINGS))
        received, radio = physics.received_signals(paths, at, s.displaced), s.radio
        seen = physics.offset_scenarios(radio, offsets_hz[drops])
        radio = radio._replace(targets=received.echo.shape[-3])
        return physics.assumed_place(s, physics.closed_form_filters(radio, received, seen, weights[drops]))

    return physics.filters_in_parts(s, some, len(offsets_hz), TOGETHER)


def first_lanes(scenario: Scenario, known: Known, options: Options) -> tuple[Frame, Lane]:
    """Frame, and lanes (drops times starts) of the first round of moving antennas, for other searches to begin with."""
    s, frame = _unit_powers(scenario), frame_of(scenario, known)
    pool = _pool(frame, *starting_vectors(s, frame, known.numbers, options.starts, options.seed, movable=True))
    return frame, _lanes(s, frame, options, pool, True, options.steps, True)


def steps_by_schedule(options: Options) -> int:
    """Steps of Adam per drop of a search by a schedule."""
    total, kept = 0, options.starts
    for number in range(options.rounds):
        total += kept * _steps(options, number)
        kept = -(-kept // KEPT)
    return total


def _steps(options: Options, number: int) -> int:
    """Steps of a round, which is shorter where it is the first of several."""
    return options.steps if number or options.rounds == 1 else -(-options.steps // FIRST)


def _unit_powers(scenario: Scenario) -> Scenario:
    """The scenario in the frame."""
    return scenario.model_copy(update={"ap_power_w": 1.0, "user_power_w": 1.0})


def _fixed(s: Scenario, frame: Frame, numbers: np.ndarray, options: Options) -> _Best:
    """Fixed arrays from two thirds as many starts; and silence, as it is."""
    starts = starting_vectors(s, frame, numbers, -(-2 * options.starts // 3), options.seed, movable=False)
    return _rounds(s, frame, options, _pool(frame, *starts), False, _silent(s, frame, options))


def _silent(s: Scenario, frame: Frame, options: Options) -> _Best:
    """Fixed arrays that nobody radiates from, or the best yardstick where there are more, as they are."""
    silent = _pool(frame, yardstick_vectors(s, frame), 0.0)
    return _best_of(_run(s, frame, options, silent, movable=False, steps=0), silent, steps=0)


def _moving(
    s: Scenario, frame: Frame, numbers: np.ndarray, options: Options, given: physics.Point | None,
    contained: list[_Best], best: _Best | None,
) -> _Best:  # fmt: skip
    """Moving antennas from random layouts, from the best designs that they contain, and from a given one instead of the
    first; or the best before."""
    x, floors = starting_vectors(s, frame, numbers, options.starts, options.seed, movable=True)
    if given is not None:
        x[:, 0], floors[:, 0] = vector_of(s, frame, given), RETURN_FLOOR * largest_radar_rate(s, frame.paths)
    for each in contained:
        x = np.concatenate([x, vector_of(s, frame, each.result.point)[:, None]], axis=1)
        floors = np.concatenate([floors, np.zeros((len(x), 1))], axis=1)
    return _rounds(s, frame, options, _pool(frame, x, floors), True, best)


def _pool(frame: Frame, x: np.ndarray, floors: np.ndarray | float) -> _Pool:
    offsets = np.repeat(frame.offsets[:, None], x.shape[1], axis=1)
    return _Pool(x, offsets, np.broadcast_to(floors, x.shape[:2]))


def _rounds(s: Scenario, frame: Frame, options: Options, pool: _Pool, movable: bool, best: _Best | None) -> _Best:
    """Best of a pool after all rounds, or of what there was before."""
    for number in range(options.rounds):
        steps = _steps(options, number)
        results = _run(s, frame, options, pool, movable, steps, first=number == 0)
        best = _better(best, _best_of(results, pool, steps * pool.x.shape[1]))
        pool = _next(pool, results, number)
    assert best is not None
    return best


def _next(pool: _Pool, results: SearchResult, number: int) -> _Pool:
    """The best of a pool where they ended, with the worst offsets of each in a spare scenario; no floors any more.

    Of those that fell silent the best one goes on: they are all alike, and would crowd out what is not ready yet.
    """
    kept = -(-pool.x.shape[1] // KEPT)
    radiated = np.sum(np.abs(results.point.beams) ** 2, axis=-1)
    radiated = radiated.mean(axis=2) if radiated.ndim > 3 else radiated  # of several subcarriers
    silent = np.all(radiated < WHISPER, axis=-1)
    quiet = np.where(silent, results.merit, -np.inf)
    spared = silent & (np.arange(silent.shape[1]) != quiet.argmax(axis=1)[:, None])
    order = np.argsort(np.where(spared, np.inf, -results.merit), axis=1, kind="stable")[:, :kept]
    offsets = _at(pool.offsets, order).copy()
    offsets[:, :, offsets.shape[2] - SPARE + number % SPARE] = _at(results.worst, order)
    return _Pool(_at(results.x, order), offsets, np.zeros(order.shape))


def _best_of(results: SearchResult, pool: _Pool, steps: int) -> _Best:
    first = np.argmax(results.merit, axis=1)[:, None]
    best: SearchResult = jax.tree.map(lambda a: _at(a, first)[:, 0], results)
    return _Best(best, _at(pool.offsets, first)[:, 0], [best.merit], steps)


def _better(before: _Best | None, after: _Best) -> _Best:
    """The better of two for every drop; steps add up, and the trace goes on."""
    if before is None:
        return after
    won = after.result.merit > before.result.merit

    def pick(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.where(won.reshape(-1, *(1,) * (old.ndim - 1)), new, old)

    result: SearchResult = jax.tree.map(pick, before.result, after.result)
    trace = [*before.trace, result.merit]
    return _Best(result, pick(before.offsets, after.offsets), trace, before.iterations + after.iterations)


def _run(
    s: Scenario, frame: Frame, options: Options, pool: _Pool, movable: bool, steps: int, first: bool = True
) -> SearchResult:
    """One run from every start of a pool; entries (drops, starts, ...)."""
    results = search(s, _lanes(s, frame, options, pool, movable, steps, first))
    split: SearchResult = jax.tree.map(lambda a: a.reshape(*pool.x.shape[:2], *a.shape[1:]), results)
    return split


def _lanes(s: Scenario, frame: Frame, options: Options, pool: _Pool, movable: bool, steps: int, first: bool) -> Lane:
    drops, starts = pool.x.shape[:2]
    each, one = np.repeat(np.arange(drops), starts), np.ones(drops * starts)
    tx, rx = physics.fixed_layouts(s, drops)
    hot, rate = _pace(options, first)
    radio = s.radio._replace(offset_range_hz=_range_hz(s, options))
    learnt = np.empty(0) if options.schedule is None else options.schedule.adam
    return Lane(
        paths=physics.Paths(*(a[each] for a in frame.paths)),
        run=Run(np.full(len(one), steps), hot * one, rate * one, pool.floors.ravel()),
        range_hz=_range_hz(s, options) * one, radar_log=options.radar_log * one, movable=np.full(len(one), movable),
        full_power=np.full(len(one), options.full_power), reach=s.half_region_wavelengths * one,
        spacing=s.spacing_wavelengths * one, tx=tx[each], rx=rx[each],
        offsets=pool.offsets.reshape(len(one), -1, s.aps), numbers=np.tile(radio.numbers, (len(one), 1)),
        start=pool.x.reshape(len(one), -1), adam=np.tile(learnt, (len(one), 1)),
    )  # fmt: skip


def _pace(options: Options, first: bool) -> tuple[float, float]:
    """First temperature and rate of Adam, a schedule's over its first ones, in the first and in further rounds."""
    if options.schedule is None:
        return (HOT, FIRST_RATE) if first else (WARM, RATE)
    return (options.schedule.hot, 1.0) if first else (options.schedule.warm, options.schedule.later)


def _range_hz(s: Scenario, options: Options) -> float:
    """A design that ignores offsets is one for a range of none."""
    return s.offset_range_hz if options.robust else 0.0


def _at(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Entries (drops, some, ...) of values (drops, all, ...)."""
    return np.take_along_axis(values, index.reshape(*index.shape, *(1,) * (values.ndim - 2)), axis=1)
