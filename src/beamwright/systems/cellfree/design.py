"""The proposed design: positions, beams and powers of largest worst-case utility, and its variants."""

from dataclasses import replace

import numpy as np

from beamwright.core import USUAL, db_to_linear, guarded, require
from beamwright.systems.cellfree import options
from beamwright.systems.cellfree.certificate import certify
from beamwright.systems.cellfree.evaluation import as_receivers
from beamwright.systems.cellfree.known import checked, paths_of, point_of
from beamwright.systems.cellfree.model import Filters, Paths
from beamwright.systems.cellfree.oracle import numbers_of
from beamwright.systems.cellfree.results import Design, Known, LearningCurve
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.search import Lane, Options, Reached, search
from beamwright.systems.cellfree.sizes import design_bytes
from beamwright.systems.cellfree.start import fixed_layouts, starting_vectors, vector_of


@guarded(Scenario, options.Solver, design_bytes)
def maximise_worst_case(
    s: Scenario,
    known: Known,
    starts: int = USUAL,
    movable: bool = True,
    robust: bool = True,
    radar_sinr_db: float | None = USUAL,
    full_power: bool = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
    initial: Design | None = None,
) -> Design:
    """Largest least utility over all carrier offsets within the range.

        max over beams, layouts, powers, filters   min over f   beta m(gamma_r) + (1 - beta) sum_u m(gamma_u)

    Args:    starts per drop, of which the best by the oracle is kept, drop number i from fold_in(key(seed), i);
             movable: antennas may move within the region, else they stay half a wavelength apart; robust: designed for
             a set of offsets, else for none (what that is worth the certificate says); radar_sinr_db: least SINR of the
             radar whatever the offsets, so that silence is no answer; full_power: every access point radiates all its
             power; initial: a design from which the first start goes on, all access points loud again, since silence
             is a strong local optimum; rounds of search, each further one with the worst offsets of the one before;
             steps of Adam in each.
    Returns: Design; status ``feasible``, or ``qos_infeasible`` where the required radar SINR was not reached.
    Raises:  ValueError naming the argument.
    Source:  spec cellfree, section 6.
    """
    for name, count in (("starts", starts), ("rounds", rounds), ("steps", steps)):
        require(count >= 1, name, "be >= 1", count)
    known = checked(s, known)
    require(movable or initial is None, "initial", "be none where antennas do not move", "a design")
    options = Options(movable, robust, full_power, rounds, steps)
    least = 0.0 if radar_sinr_db is None else float(db_to_linear(radar_sinr_db))
    lanes = lanes_of(s, known, starts, seed, options, least, initial)
    reached = best_of(search(s, lanes, options), starts)
    return as_design(s, known, reached, least)


def lanes_of(
    s: Scenario, known: Known, starts: int, seed: int, options: Options, least: float = 0.0,
    initial: Design | None = None,
) -> Lane:  # fmt: skip
    """Lanes of a search: every drop with every start, ``initial`` for the first; ``least`` radar SINR."""
    paths, drops = paths_of(known), len(known.echo_gain)
    vectors = starting_vectors(s, paths, known.numbers, starts, seed, options)
    if initial is not None:
        vectors[::starts] = vector_of(s, paths, point_of(s, known, initial), options)
    each, one = np.repeat(np.arange(drops), starts), np.ones(drops * starts)
    tx, rx = fixed_layouts(s, drops)
    return Lane(
        paths=Paths(*(a[each] for a in paths)),
        range_hz=s.offset_range_hz * one,
        ap_power=s.ap_power_w * one,
        user_power=s.user_power_w * one,
        radar_log=np.log2(1 + least) * one,
        reach=s.half_region_wavelengths * one,
        spacing=s.spacing_wavelengths * one,
        tx=tx[each],
        rx=rx[each],
        start=vectors,
        numbers=np.stack(numbers_of(s, drops * starts), axis=1),
    )


def best_of(reached: Reached, starts: int) -> Reached:
    """Of every ``starts`` lanes the best by the oracle; iterations add up. A lane without a number never wins."""
    order = np.nan_to_num(reached.merit, nan=-np.inf).reshape(-1, starts)
    best = np.arange(0, order.size, starts) + order.argmax(axis=1)
    total = np.asarray(reached.iterations).reshape(-1, starts).sum(axis=1)

    def pick(part: object) -> object:
        if isinstance(part, tuple):
            return type(part)(*map(pick, part))  # type: ignore[arg-type]
        return part[best]  # type: ignore[index]

    chosen = pick(reached)
    assert isinstance(chosen, Reached)
    return chosen._replace(iterations=total)


def as_design(s: Scenario, known: Known, reached: Reached, least_radar_sinr: float = 0.0) -> Design:
    """The design that a search ended in."""
    return finish(
        s, known, reached.point.tx, reached.point.rx, reached.point.beams, reached.point.powers, reached.filters,
        required=least_radar_sinr, trace=reached.trace, iterations=reached.iterations,
    )  # fmt: skip


def finish(
    s: Scenario,
    known: Known,
    tx: np.ndarray,
    rx: np.ndarray,
    beams: np.ndarray,
    powers_w: np.ndarray,
    filters: Filters,
    *,
    required: float = 0.0,
    trace: np.ndarray | None = None,
    iterations: np.ndarray | None = None,
    curve: LearningCurve | None = None,
) -> Design:
    """A design with everything that is said about it taken from its certificate."""
    drops, heard = len(tx), as_receivers(filters)
    draft = Design(
        tx_positions=tx, rx_positions=rx, beams=beams, powers_w=powers_w, user_filters=heard.users,
        radar_filter=heard.radar, required_radar_sinr=np.full(drops, required),
        iterations=np.zeros(drops, int) if iterations is None else iterations, curve=curve,
    )  # fmt: skip
    found = certify(s, known, draft)
    return replace(
        draft,
        worst_case_utility=found.worst_case_utility,
        worst_offsets_hz=found.worst_offsets_hz,
        trace=found.worst_case_utility[:, None] if trace is None else trace,
        status=found.status,
        certificate=found,
    )
