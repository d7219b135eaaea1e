"""A seeded share of ``make fuzz``, on shapes that other tests compile; and the fuzz itself, on systems with faults.

NOMA-ISAC is left to its own tests of invariance.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from fuzz import noma_grid
from fuzz.checks import verdict
from fuzz.run import SUBJECTS, Tally, campaign, drawn, line

from beamwright.core import Status

SHARE = {
    "star-ris": {"random": 8, "no-surface": 4},
    "dma-noma": {"focusing": 8, "zero-forcing": 4},
    "cellfree": {"leakage": 8, "conjugate": 4, "silence": 2},
}
CASES = [(system, method, count) for system, methods in SHARE.items() for method, count in methods.items()]


def shared(system):
    """The subject on the shape of other tests alone."""
    subject = SUBJECTS[system]
    return replace(subject, shapes=subject.shapes[:1])


@pytest.mark.parametrize(("system", "method", "count"), CASES)
def test_whatever_the_numbers(system, method, count):
    subject = shared(system)
    for number in range(count):
        case, rng = drawn(subject, 1, number, method)
        faults = verdict(subject, case, rng, number).faults
        assert not faults, (number, faults, case.scenario, case.options)


def judged(**changes):
    """Faults that the fuzz finds in a metasurface system with some part exchanged."""
    subject = shared("dma-noma")
    subject = replace(subject, system=replace(subject.system, **changes))
    case, rng = drawn(subject, 1, 1, "focusing")
    return verdict(subject, case._replace(scenario=subject.shapes[0], options={}), rng, 1)


def raising(error):
    def certify(*_):
        raise error

    return certify


def test_a_certificate_that_is_not_what_is_recomputed():
    certify = SUBJECTS["dma-noma"].system.certify

    def wrong(s, known, design):
        found = certify(s, known, design)
        return replace(found, guaranteed_weighted_rate=found.guaranteed_weighted_rate + 0.001)

    assert "certificate.guaranteed_weighted_rate is not what is recomputed" in judged(certify=wrong).faults


def test_what_depends_on_units():
    """A certificate that rounds to a whole number of watts of noise, so to say."""
    certify = SUBJECTS["dma-noma"].system.certify

    def odd(s, known, design):
        found = certify(s, known, design)
        return replace(found, guaranteed_sum_rate=found.guaranteed_sum_rate + 1e-3 * s.noise_dbm)

    assert any("carried over, guaranteed_sum_rate is" in fault for fault in judged(certify=odd).faults)


@pytest.mark.parametrize(
    ("error", "outcome", "fault"),
    [
        (np.linalg.LinAlgError("Singular matrix"), "crashed", "LinAlgError at"),
        (KeyError("beams"), "crashed", "KeyError at"),
        (ValueError("a must be > 0"), "refused", "refusal without an argument's name"),
        (ValueError("power_dbm must\nbe less"), "refused", "refusal without an argument's name"),
        (ValueError("power_dbm must be less"), "refused", None),
    ],
)
def test_exceptions(error, outcome, fault):
    found = judged(certify=raising(error))
    assert found.outcome == outcome
    assert found.faults == [] if fault is None else found.faults[0].startswith(fault)


def test_a_failure_is_a_line_that_says_how_to_see_it_again(monkeypatch):
    subject = shared("dma-noma")
    monkeypatch.setitem(
        SUBJECTS, "dma-noma", replace(subject, system=replace(subject.system, draw=raising(KeyError("x"))))
    )
    tally = Tally("dma-noma")
    failures = list(campaign("dma-noma", range(3), 8, float("inf"), 60.0, tally))
    drawn_at_all = 3 - tally.outcomes["refused"]
    assert (tally.cases, tally.failed, len(failures)) == (3, drawn_at_all, drawn_at_all) and drawn_at_all > 0
    for text in map(line, failures):
        assert text.startswith("FAILED --system dma-noma --seed 8 --first ") and "--count 1: KeyError" in text
        assert "\n" not in text


def test_the_grid_reports_what_holds_and_marks_what_does_not():
    found = noma_grid.line(noma_grid.Point((2, 1, 0), 0.0, "own", 1e-6), drops=2, peers=1)
    assert found.statuses == {0: 12} and found.asked > 0 and found.faults() == [] and "!" not in str(found)
    found.statuses.update({int(Status.STALLED): 1})
    found.peers, found.level_falls = 2e-6, 1e-3
    assert found.faults() == ["stalled", "level falls", "peers"] and str(found).endswith(
        "! stalled, level falls, peers"
    )


def test_the_grid_meets_every_pair():
    """Of size and rule, size and noise, ...: whatever pair the full factorial has, the limit of errors aside."""
    short, whole = (
        [point._replace(error=0.0) if point.error == noma_grid.LIMIT else point for point in points]
        for points in (noma_grid.covering(), noma_grid.full())
    )
    assert len(short) < len(whole) / 10
    for one, two in itertools.combinations(range(4), 2):
        met, asked = ({(point[one], point[two]) for point in points} for points in (short, whole))
        assert met == asked
    assert {noma_grid.LIMIT, *noma_grid.ERRORS} == {point.error for point in noma_grid.covering()}


def test_the_same_number_is_the_same_case():
    for subject in SUBJECTS.values():
        assert drawn(subject, 3, 5)[0] == drawn(subject, 3, 5)[0]
        assert len({str(drawn(subject, 3, number)[0]) for number in range(20)}) == 20


def test_the_span_in_which_clarabel_is_asked_keeps_every_inner_product():
    s, h = (
        noma_grid.scenario((16, 2, 2), "own", 1e-2),
        np.random.default_rng(1).standard_normal((1, 2, 16, 2)) @ [1, 1j],
    )
    inside, g = noma_grid.in_span(s, h)
    outer, inner = np.concatenate([h[0], s.steering]), np.concatenate([g[0], inside.steering])
    assert (inside.antennas, inside.users, inside.targets) == (4, 2, 2)
    np.testing.assert_allclose(inner @ np.conj(inner.T), outer @ np.conj(outer.T), rtol=1e-12, atol=1e-12)
