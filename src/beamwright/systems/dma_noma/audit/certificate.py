"""Certificate of a design, recomputed from positions and arrays alone (spec dma_noma, sections 3 and 4).

Rates, bound and residuals are plain NumPy. Audit and search share physics only: channels, the scenario set, and the JAX
formula of received powers (``physics.reception``), by which the adversary looks for positions; the rates at these are
computed by ``physics.model``, which the kernel does not use.
"""

import numpy as np

from beamwright.core import Status, guarded, require
from beamwright.systems.dma_noma.audit.bound import rate_bound
from beamwright.systems.dma_noma.physics import (
    Access,
    Design,
    Known,
    Scenario,
    checked,
    guaranteed_rates,
    model,
    verify_rate,
)
from beamwright.systems.dma_noma.physics.responses import impossible, law_of
from beamwright.systems.dma_noma.types import MET, SOUND, TRUSTED, Certificate, Network


@guarded(Scenario)
def certify(scenario: Scenario, known: Known, design: Design) -> Certificate:
    """Recompute the certificate of a design; its own ``certificate``, rates, trace and status are not read.

    ``feasible`` holds for verified rates too: a rate that the adversary breaks is not met, whatever the scenario set.
    Where it leaves over 0.05 bit/s/Hz less than the set promises the status is ``stopped``, at best.

    Raises: ValueError naming the array of a wrong shape, or with NaN or infinity.
    """
    known = checked(scenario, known)
    _check_shapes(scenario, known, design)
    near_rates, far_rates = guaranteed_rates(scenario, known, design)
    verified = verify_rate(scenario, known, design)
    short = model.missed(scenario, known, near_rates, far_rates).max(axis=-1)
    broken = model.missed(scenario, known, verified.near_rates, verified.far_rates).max(axis=-1)
    power, box = _power_residual(scenario, design), _box_residual(scenario, design)
    sound = (power <= SOUND) & (box <= SOUND) & np.isfinite(near_rates + far_rates).all(axis=-1)
    guaranteed_sum_rate = near_rates.sum(axis=-1) + far_rates.sum(axis=-1)
    status = np.select(
        [~sound, np.maximum(short, broken) > MET, guaranteed_sum_rate - verified.sum_rate > TRUSTED],
        [Status.STALLED, Status.QOS_INFEASIBLE, Status.STOPPED],
        Status.FEASIBLE,
    )
    return Certificate(
        near_rates=near_rates,
        far_rates=far_rates,
        guaranteed_weighted_rate=model.weighted_rate(scenario, known, near_rates, far_rates),
        guaranteed_sum_rate=guaranteed_sum_rate,
        verified_weighted_rate=verified.weighted_rate,
        verified_sum_rate=verified.sum_rate,
        verified_near_rates=verified.near_rates,
        verified_far_rates=verified.far_rates,
        verified_energy_efficiency=verified.weighted_rate / _consumption_w(scenario, design),
        worst_positions_m=verified.worst_positions_m,
        bound=rate_bound(scenario, known, design),
        rate_shortfall=short,
        verified_shortfall=broken,
        power_residual=power,
        box_residual=box,
        status=status,
    )


def _power_residual(s: Scenario, design: Design) -> np.ndarray:
    """Relative excess of power (drops,): TDMA may spend P in either slot, the others P in all."""
    slots = Access(int(design.access[0])) is Access.TDMA
    spent = design.powers_w.sum(axis=1) if slots else design.powers_w.sum(axis=(1, 2))[:, None]
    negative = np.maximum(-design.powers_w.min(axis=(1, 2)), 0) / s.power_w
    return np.maximum(np.maximum(spent / s.power_w - 1, 0).max(axis=-1), negative)


def _consumption_w(s: Scenario, design: Design) -> np.ndarray:
    """Power drawn (drops,): users of a slot are sent to for its share of the time."""
    by_kind = design.powers_w.sum(axis=1)
    if Access(int(design.access[0])) is Access.TDMA:
        by_kind = design.share * by_kind
    return s.consumption_w(by_kind.sum(axis=-1), design.beams.shape[1])


def _box_residual(s: Scenario, design: Design) -> np.ndarray:
    """Largest violation (drops,) of what elements can do and of unit beams."""
    worst = np.zeros(len(design.amplitudes))
    for responses, beams in ((design.responses, design.beams), (design.far_responses, design.far_beams)):
        if responses is not None and beams is not None:
            outside = np.maximum(
                impossible(law_of(s, design.hardware), responses).reshape(len(worst), -1).max(axis=-1), 0
            )
            norms = np.abs(np.linalg.norm(beams, axis=1) - 1).max(axis=-1)
            worst = np.maximum(worst, np.maximum(outside, norms))
    return worst


def _check_shapes(s: Scenario, known: Known, design: Design) -> None:
    """Raise ValueError naming the array of a wrong shape, or with NaN or infinity."""
    drops, elements = len(known.near_positions_m), s.elements
    chains = s.chains if known.reference_wave is None else known.reference_wave.shape[-1]
    chains = elements if design.hardware is Network.DIGITAL else chains
    responses = (drops, elements, chains) if design.hardware is Network.SHIFTERS else (drops, elements)
    shapes = {
        "network": (drops,),
        "amplitudes": responses,
        "beams": (drops, chains, s.groups),
        "powers_w": (drops, s.groups, 2),
        "access": (drops,),
        "share": (drops, 2),
    }
    shapes |= {"phases_rad": responses} if design.phases_rad is not None else {}
    for name, shape in shapes.items():
        array = getattr(design, name)
        require(array.shape == shape, name, f"have shape {shape} to match the positions", array.shape)
        require(bool(np.isfinite(array).all()), name, "be finite", "NaN or infinity")
