"""Demands on a design as its arrays must hold them: targets, radii, budget, slots, order, and what follows."""

import numpy as np

from beamwright.core import Config, Demands
from beamwright.metrics import equivalent_sinr, least_over_users
from beamwright.systems.noma_isac import scene
from beamwright.systems.noma_isac.physics import Design, Oma, Scenario, in_cones, judge, model

BOUND = {
    "min-power": ("sinr_db",), "max-min": ("power_w", "csi_error"), "oma-max-min": ("power_w", "prelog", "sensing"),
    "oma-min-power": ("sinr_db", "csi_error", "prelog", "sensing"),
    **dict.fromkeys(("robust-min-power", "non-robust-min-power", "randomisation", "reference"),
                    ("sinr_db", "csi_error")),
}  # fmt: skip
"""Options of every method that the arrays of its designs show."""


def demanded(scenario: Scenario, known: np.ndarray, design: Design, method: str, options: Config) -> Demands:
    """Arrays that follow from the demands (``System.asked``); beams and covariances are judged by the certificate."""
    drops, chosen = len(known), dict(options)
    radius = scene.error_radius(scenario, chosen.get("csi_error", 0.0), drops)
    oma = scene.time_sharing(chosen["sensing"]) if "sensing" in chosen else Oma.NONE
    demands: Demands = {
        "order": model.decoding_order(known), "oma": np.full(drops, int(oma)),
        "csi_error": 0 * radius if method == "non-robust-min-power" else radius,
        "inner": (design.inner + np.conj(np.swapaxes(design.inner, -1, -2))) / 2, "basis": _orthonormal(design.basis),
    }  # fmt: skip
    if "sinr_db" in chosen:
        target = scene.sinr_targets(scenario, chosen["sinr_db"], drops)
        target = model.slot_snr(target, scenario.users, chosen["prelog"]) if oma is not Oma.NONE else target
        demands |= dict.fromkeys(("sinr_target", "proof_target"), target)
        demands |= dict.fromkeys(("balanced_sinr", "relaxed_sinr"), np.full(drops, np.nan))
        demands["power_limit_w"] = model.power_limit_w(scenario, known, target, oma)
    problem = design.problem(known, scenario.error_shape)
    judged = problem._replace(csi_error=radius)  # non-robust designs are judged over a ball that they ignored
    demands["sinr"] = sinr = judge(scenario, judged, design.beams).worst.sinr
    if "power_w" in chosen:
        demands["power_limit_w"] = np.full(drops, chosen["power_w"])
        demands |= _levels(scenario, design, sinr, bool(chosen.get("prelog", False)))
    multipliers = in_cones(scenario, problem._replace(sinr_target=design.proof_target), design.multipliers)
    multipliers_basis = {"multipliers.basis": _orthonormal(design.multipliers.basis)}
    return demands | multipliers.to_arrays("multipliers.") | multipliers_basis


def _levels(s: Scenario, design: Design, sinr: np.ndarray, equivalent: bool) -> dict[str, np.ndarray]:
    """Levels of max-min: one for all users, that of the beams; and one out of reach, which the certificate proves.

    The latter is zero where the budget does not pay for sensing, and there is no level; and where a user cannot be
    served at all, so that beams of level zero are optimal.
    """
    attained = least_over_users(sinr).min(axis=-1)
    beyond = design.proof_target[:, 0]
    balanced = np.where((beyond > 0) | (attained == 0), attained, np.nan)
    relaxed = np.where(beyond > 0, beyond, np.nan)
    if equivalent:
        balanced, relaxed = equivalent_sinr(balanced, s.users), equivalent_sinr(relaxed, s.users)
    return {
        "sinr_target": np.repeat(np.nan_to_num(attained)[:, None], s.users, axis=1),
        "proof_target": np.repeat(beyond[:, None], s.users, axis=1),
        "balanced_sinr": balanced,
        "relaxed_sinr": relaxed,
    }


def _orthonormal(basis: np.ndarray) -> np.ndarray:
    """Nearest orthonormal columns: a basis that has them already stays as it is, to rounding."""
    if not basis.size:
        return basis
    left, _, right = np.linalg.svd(np.nan_to_num(basis), full_matrices=False)
    return left @ right
