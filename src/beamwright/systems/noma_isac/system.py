"""NOMA-ISAC as every other part of the library sees it: methods by name, and the system's record."""

from dataclasses import replace
from typing import Any

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, VALID, Input, Method, System, db_to_linear, guarded, linear_to_db, root_key
from beamwright.systems.noma_isac import options
from beamwright.systems.noma_isac.asked import BOUND, asked
from beamwright.systems.noma_isac.certificate import certified_design, certify
from beamwright.systems.noma_isac.design import minimise_power, pose
from beamwright.systems.noma_isac.max_min import balance_sinr
from beamwright.systems.noma_isac.oma import balance_sinr_oma, minimise_power_oma
from beamwright.systems.noma_isac.randomisation import randomise
from beamwright.systems.noma_isac.realisation import draw
from beamwright.systems.noma_isac.results import Covariances, Design
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.scorecard import evaluate
from beamwright.systems.noma_isac.sizes import design_bytes
from beamwright.systems.noma_isac.worst_case import batched_channels, error_radius, worst_case_sinr


@guarded(Scenario)
def known(scenario: Scenario, h: ArrayLike) -> np.ndarray:
    """A user's channels, (drops, users, antennas). Raises ValueError naming ``h`` and what is wrong with it."""
    return batched_channels(scenario, h)


def headline(scenario: Scenario, design: Design) -> list[dict[str, Any]]:
    """One row per drop for the table a person reads."""
    proof = design.certificate
    weakest_db = linear_to_db(np.min(np.nan_to_num(design.sinr, nan=np.inf), axis=(-1, -2), initial=np.inf))
    rows = []
    for drop, status in enumerate(design.status_text):
        row = {
            "drop": drop,
            "status": status,
            "J (W)": design.objective_w[drop],
            "bound (W)": design.bound_w[drop],
            "gap": proof.gap[drop],
            "least SINR (dB)": weakest_db[drop] if np.isfinite(weakest_db[drop]) else np.nan,
            "violation": proof.violation[drop],
            "rank ratio": proof.rank_ratio[drop].max(),
        }
        if scenario.targets:
            row["towards targets (W)"] = design.sensing_power_w[drop]
        if np.isfinite(design.balanced_sinr).any():
            row["balanced SINR (dB)"] = linear_to_db(design.balanced_sinr[drop])
        rows.append(row)
    return rows


def hint(scenario: Scenario, known: np.ndarray, design: Design) -> str:
    """Noise and channels on scales that do not belong together, where no drop has a design, or one of megawatts."""
    per_watt = float(np.median(np.sum(np.abs(known) ** 2, axis=-1) / scenario.noise_vector_w))
    cost = np.where(np.isin(design.status, VALID), design.objective_w, np.inf)
    if bool(np.all(cost > ABSURD_W)) and not ODD[0] <= per_watt <= ODD[1]:
        return (
            f"no drop has a sensible design, and the median |h|^2 / noise_power_w is {per_watt:.2g} per watt: "
            "noise_power_w is a receiver's noise in W (about 1e-13 in 20 MHz) for channels as they are; unit channels "
            "for the default noise come from --normalise"
        )
    return ""


@guarded(Scenario, options.RobustMinPower, design_bytes)
def _robust(
    scenario: Scenario, known: np.ndarray, sinr_db: ArrayLike = USUAL, csi_error: ArrayLike | None = USUAL
) -> Design:
    return minimise_power(scenario, known, sinr_db, scenario.csi_error if csi_error is None else csi_error)


@guarded(Scenario, options.NonRobustMinPower, design_bytes)
def _non_robust(
    scenario: Scenario, known: np.ndarray, sinr_db: ArrayLike = USUAL, csi_error: ArrayLike | None = USUAL
) -> Design:
    design = minimise_power(scenario, known, sinr_db)
    radius = error_radius(scenario, csi_error, len(design.status))
    return replace(design, sinr=worst_case_sinr(scenario, known, design.beams, radius).sinr)


@guarded(Scenario, options.Randomisation, design_bytes)
def _randomised(
    scenario: Scenario,
    known: np.ndarray,
    sinr_db: ArrayLike = USUAL,
    csi_error: ArrayLike = USUAL,
    samples: int = USUAL,
    seed: int = USUAL,
) -> Design:
    relaxed = minimise_power(scenario, known, sinr_db, csi_error)
    problem = relaxed.problem(batched_channels(scenario, known))
    beams = randomise(scenario, problem, relaxed.covariances, root_key(seed), samples)
    found = {"iterations": relaxed.iterations, "trace": relaxed.trace}
    return certified_design(scenario, problem, beams, relaxed.reduced, relaxed.multipliers, **found)


@guarded(Scenario, options.Reference, design_bytes)
def _reference(
    scenario: Scenario, known: np.ndarray, sinr_db: ArrayLike = USUAL, csi_error: ArrayLike = USUAL
) -> Design:
    from beamwright.systems.noma_isac.reference import minimise_power as by_cvxpy

    h = batched_channels(scenario, known)
    radius = error_radius(scenario, csi_error, len(h))
    relaxed = by_cvxpy(scenario, h, db_to_linear(sinr_db), radius)
    problem = pose(scenario, h, relaxed.sinr_target, radius)
    beams = randomise(scenario, problem, relaxed.covariances, jax.random.key(0), samples=1)  # along top eigenvectors
    found = {"iterations": np.zeros(len(h), int), "trace": relaxed.objective_w[:, None]}
    covariances = Covariances.of(relaxed.covariances)
    return certified_design(scenario, problem, beams, covariances, relaxed.multipliers, **found)


ABSURD_W, ODD = 1e6, (1e-3, 1e12)
"""Power, and SNR per watt, beyond which scales are more likely wrong than meant."""

METHODS = {
    method.name: method
    for method in (
        Method("min-power", "Least power for given SINRs, channels taken as exact", options.MinPower, minimise_power),
        Method(
            "robust-min-power",
            "Least power for given SINRs whatever the channel errors within a ball, exactly",
            options.RobustMinPower,
            _robust,
        ),
        Method(
            "non-robust-min-power",
            "min-power on estimates; its SINRs are those of the worst error",
            options.NonRobustMinPower,
            _non_robust,
        ),
        Method("max-min", "Largest common SINR for a power budget", options.MaxMin, balance_sinr),
        Method(
            "oma-min-power", "Baseline: least power, users one after another", options.OmaMinPower, minimise_power_oma
        ),
        Method("oma-max-min", "Baseline: max-min, users one after another", options.OmaMaxMin, balance_sinr_oma),
        Method(
            "randomisation",
            "Comparison: Gaussian randomisation with optimal powers in place of rank-one recovery",
            options.Randomisation,
            _randomised,
        ),
        Method(
            "reference",
            "Comparison: the relaxation by CVXPY and Clarabel, drop after drop (extra: reference)",
            options.Reference,
            _reference,
        ),
    )
}

SYSTEM = System(
    name="noma-isac",
    title="NOMA integrated sensing and communication",
    source=(
        "C. Li, S. Mohammadzadeh, H. Al-Obiedollah, K. Cumanan, O. A. Dobre: Beamforming Techniques for NOMA-based "
        "Integrated Sensing and Communication Systems, manuscript TGCN-RP-A2-25-0030, 2025"
    ),
    scenario=Scenario,
    design=Design,
    methods=METHODS,
    channels={"h": Input("drops users antennas", "amplitude", conjugated=True)},
    draw=draw,
    known=known,
    evaluate=evaluate,
    certify=certify,
    headline=headline,
    asked=asked,
    bound=BOUND,
    hint=hint,
)
