"""The certificate of a design, recomputed from positions and arrays alone (spec dma_noma, sections 3 and 4)."""

import numpy as np

from beamwright.core import Status, guarded, require
from beamwright.metrics import spectral_efficiency
from beamwright.optim.power_allocation import allocate_power
from beamwright.systems.dma_noma import model
from beamwright.systems.dma_noma.adversary import verify_rate, weighted
from beamwright.systems.dma_noma.geometry import channels
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.results import MET, SOUND, Access, Certificate, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.uncertainty import position_scenarios


@guarded(Scenario)
def certify(scenario: Scenario, known: Known, design: Design) -> Certificate:
    """Recompute the certificate of a design; its own ``certificate``, rates, trace and status are not read.

    ``feasible`` is said of verified rates too: what the adversary breaks is not met, whatever the scenario set saw.

    Raises: ValueError naming what has a wrong shape or is not finite.
    """
    known = checked(scenario, known)
    _check_shapes(scenario, known, design)
    near_rates, far_rates = guaranteed(scenario, known, design)
    found = verify_rate(scenario, known, design)
    short = _shortfall(scenario, near_rates, far_rates)
    broken = _shortfall(scenario, found.near_rates, found.far_rates)
    power, box = _power_residual(scenario, design), _box_residual(design)
    sound = (power <= SOUND) & (box <= SOUND) & np.isfinite(near_rates + far_rates).all(axis=-1)
    status = np.select(
        [~sound, np.maximum(short, broken) > MET], [Status.STALLED, Status.QOS_INFEASIBLE], Status.FEASIBLE
    )
    return Certificate(
        near_rates=near_rates,
        far_rates=far_rates,
        guaranteed_weighted_rate=weighted(scenario, near_rates, far_rates),
        guaranteed_sum_rate=near_rates.sum(axis=-1) + far_rates.sum(axis=-1),
        verified_weighted_rate=found.weighted_rate,
        verified_sum_rate=found.sum_rate,
        verified_near_rates=found.near_rates,
        verified_far_rates=found.far_rates,
        worst_positions_m=found.worst_positions_m,
        bound=digital_bound(scenario, known),
        rate_shortfall=short,
        verified_shortfall=broken,
        power_residual=power,
        box_residual=box,
        status=status,
    )


def guaranteed(s: Scenario, known: Known, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Least rates (drops, groups) of near and far users over the scenario set."""
    points, _ = scenario_points(s, known)
    h = channels(s, points)
    near, far = model.sent(s, known, design)
    a = model.ratios(h[:, : s.groups], near).max(axis=-1)
    b = model.ratios(h[:, s.groups :], far).max(axis=-1)
    return model.rates(design, a, b)


def scenario_points(s: Scenario, known: Known, density: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """The set S1 of every user: (drops, 2 groups, positions, 3) and how many of them count, (drops, 2 groups)."""
    return position_scenarios(
        known.positions_m, s.position_error_m, s.aperture_m, s.wavelength_m, density=density, panel=s.rows > 1
    )


def digital_bound(s: Scenario, known: Known) -> np.ndarray:
    """(drops,) weighted rate that no surface, beams or powers exceed: nobody interferes, every beam is matched.

    At the estimates g <= (||h|| - rho)^2 for any passive antenna, so a and b are at least noise / g; rates fall with
    both, and the closed form gives the best powers for them. inf where required rates are out of reach even so.
    """
    norms = np.linalg.norm(channels(s, known.positions_m), axis=-1)
    gain = np.maximum(norms - np.repeat([0.0, s.scattering_radius], s.groups), 0) ** 2
    noise = np.divide(s.noise_power_w, gain, out=np.full_like(gain, np.inf), where=gain > 0)
    near, far = noise[:, : s.groups], noise[:, s.groups :]
    powers, feasible = allocate_power(near, far, s.power_w, s.weight, s.rate_near, s.rate_far)
    both = np.maximum(near, far)
    rate_near = spectral_efficiency(powers[..., 0] / near)
    rate_far = spectral_efficiency(powers[..., 1] / (powers[..., 0] + both))
    return np.where(feasible, weighted(s, rate_near, rate_far), np.inf)


def _shortfall(s: Scenario, near_rates: np.ndarray, far_rates: np.ndarray) -> np.ndarray:
    missing = np.concatenate([s.rate_near - near_rates, s.rate_far - far_rates], axis=-1)
    return np.maximum(missing.max(axis=-1), 0)


def _power_residual(s: Scenario, design: Design) -> np.ndarray:
    """TDMA spends P in either slot, the others P in all."""
    slots = Access(int(design.access[0])) is Access.TDMA
    spent = design.powers_w.sum(axis=1) if slots else design.powers_w.sum(axis=(1, 2))[:, None]
    negative = np.maximum(-design.powers_w.min(axis=(1, 2)), 0) / s.power_w
    return np.maximum(np.abs(spent / s.power_w - 1).max(axis=-1), negative)


def _box_residual(design: Design) -> np.ndarray:
    worst = np.zeros(len(design.amplitudes))
    for amplitudes, beams in (
        (design.amplitudes, design.beams),
        (design.far_amplitudes, design.far_beams),
    ):
        if amplitudes is not None and beams is not None:
            outside = np.maximum(np.maximum(-amplitudes, amplitudes - 1).max(axis=-1), 0)
            norms = np.abs(np.linalg.norm(beams, axis=1) - 1).max(axis=-1)
            worst = np.maximum(worst, np.maximum(outside, norms))
    return worst


def _check_shapes(s: Scenario, known: Known, design: Design) -> None:
    drops, elements, chains = known.wave.shape
    chains = elements if design.digital.any() else chains
    shapes = {
        "amplitudes": (drops, elements),
        "beams": (drops, chains, s.groups),
        "powers_w": (drops, s.groups, 2),
        "access": (drops,),
        "share": (drops, 2),
    }
    for name, shape in shapes.items():
        array = getattr(design, name)
        require(array.shape == shape, name, f"have shape {shape} to match the positions", array.shape)
        require(bool(np.isfinite(array).all()), name, "be finite", "NaN or infinity")
