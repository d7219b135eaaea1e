"""What every method of every system must do, whatever it computes."""

from dataclasses import replace
from importlib import import_module

import jax
import numpy as np
import pytest
from forgeries import forgeries
from subjects import BY_CVXPY, DROPS, all_methods, subject

from beamwright.cli.audit import audit
from beamwright.cli.design import named_channels
from beamwright.cli.doctor import _worst
from beamwright.cli.verify import verify_file
from beamwright.core import VALID, Role, Status

QUICKLY = {("noma-isac", "min-power"), ("star-ris", "random"), ("dma-noma", "zero-forcing"), ("cellfree", "leakage")}
"""Of these every array is altered always; of the others with the slow tests."""

ON_THE_HOST = {"ddpg", "meta", "amortised"} | BY_CVXPY
"""Agents are trained by programs that take numbers as they come, and CVXPY solves where NumPy is; in all other designs
arrays go to the device when they are put there, and never by the way."""


@pytest.fixture(scope="module", params=all_methods())
def one(request, tmp_path_factory):
    return subject(*request.param, tmp_path_factory.mktemp("designs"))


def differing(first, second, rtol):
    """Names of arrays that differ on the scale of their largest entry, residuals on that of one."""
    roles, (first, second) = first.roles(), (first.to_arrays(), second.to_arrays())
    assert set(first) == set(second)
    found = []
    for name, a in first.items():
        b, role = second[name], roles[name]
        if role is Role.INFORMATIVE:
            continue
        scale = np.max(np.abs(a), where=np.isfinite(a), initial=1.0 if role is Role.RESIDUAL else 0.0)
        if a.shape != b.shape or not np.allclose(a, b, rtol=rtol, atol=rtol * scale, equal_nan=True):
            found.append(name)
    return found


def test_the_design_has_what_every_design_has(one):
    design = one.made
    assert isinstance(design, one.system.design)
    assert len(design.status_text) == len(design.status) == len(design.iterations) == len(design.trace) == DROPS
    assert all(len(array) == DROPS for array in design.to_arrays().values())
    assert [row["drop"] for row in one.system.headline(one.scenario, design)] == list(range(DROPS))


def test_the_certificate_is_recomputed_to_the_digit_and_has_what_every_certificate_has(one):
    again = one.system.certify(one.scenario, one.realisation, one.made)  # the whole of it stands for what is known
    assert differing(one.made.certificate, again, 1e-9) == []
    assert again.objective.shape == again.bound.shape == again.gap.shape == (DROPS,)
    usable = np.isin(again.status, VALID)
    better = {"minimise": again.objective - again.bound, "maximise": again.bound - again.objective}[again.sense]
    assert np.all(better[usable] >= -1e-6 * np.abs(again.bound[usable]))
    for amount, allowed in again.violations.values():
        assert amount.shape == (DROPS,) and np.all(amount[usable] <= allowed)
    assert again.violations and any(name in _worst(again) for name in again.violations)
    assert np.array_equal(one.made.status, again.status)


def test_the_truth_judges_the_design(one):
    card = one.system.evaluate(one.scenario, one.realisation, one.made).to_arrays()
    assert card and all(len(array) == DROPS for array in card.values())


def test_a_drop_alone_is_designed_the_same_also_from_the_whole_realisation_without_detours_over_the_host(one):
    assert one.made  # compiled
    drawn = one.system.draw(one.scenario, one.key, 1, first=DROPS - 1)
    with jax.transfer_guard("allow" if one.method in ON_THE_HOST else "disallow"):
        alone = one.design(drawn)
    assert differing(one.made.take([DROPS - 1]), alone, 1e-6) == []


def test_the_file_verifies_and_lists_every_demand(one, capsys):
    assert verify_file(one.stored.path) == []
    printed = capsys.readouterr().out
    assert all(f"feasible: {name}" in printed for name in one.made.certificate.violations)


@pytest.fixture
def certified_once(one, monkeypatch):
    """What a certificate is made of is certified once, whatever the file claims of it; what it claims is not shown."""
    made, system = {}, one.system

    def certify(scenario, known, design):
        blind = replace(design, certificate=None)
        told = (*blind.to_arrays().items(), *named_channels(system, known).items())
        key = tuple((name, str(array.dtype), array.shape, array.tobytes()) for name, array in told)
        if key not in made:
            made[key] = system.certify(scenario, known, blind)
        return made[key]

    module = import_module(f"beamwright.systems.{one.name.replace('-', '_')}")
    monkeypatch.setattr(module, "SYSTEM", replace(system, certify=certify))


def test_a_file_that_lies_is_found_out(one, certified_once):
    """Every array altered and the digest rewritten; what is informative only is marked."""
    quick = (one.name, one.method) not in QUICKLY
    roles = one.system.design.roles()
    loose = {name for name, role in roles.items() if role is Role.INFORMATIVE}
    marked = {name for check in audit(one.stored) if check.passed is None and check.name.startswith("arrays: ")
              for name in check.name.removeprefix("arrays: ").split(", ")}  # fmt: skip
    assert loose & set(one.stored.arrays) == marked
    believed = [
        (array, how) for array, how, forged in forgeries(one.stored, roles, quick)
        if (array not in loose or how == "removed") and all(check.passed is not False for check in audit(forged))
    ]  # fmt: skip
    assert believed == []


def test_what_misses_a_demand_is_not_called_feasible(one):
    """A status that claims more than its numbers: no line of ``verify`` may agree."""
    forged = dict(one.stored.arrays)
    for name in ("status", "certificate.status"):
        forged[name] = np.full(DROPS, Status.OPTIMAL)
    honest = np.all(one.made.status == Status.OPTIMAL)
    checks = audit(type(one.stored)(one.stored.path, forged, one.stored.about, ""))
    assert all(check.passed is not False for check in checks) == honest


def test_options_are_refused_by_name(one):
    with pytest.raises(ValueError, match="nonsense is not a parameter"):
        one.job.method(one.scenario, one.known, nonsense=1)
