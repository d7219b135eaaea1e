"""What a design must hold that was asked for like that: targets, radii, budget, slots, order, and what arrays imply."""

from typing import Any

import numpy as np

from beamwright.core import Config, db_to_linear
from beamwright.metrics import equivalent_sinr, least_over_users
from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.certificate import judge
from beamwright.systems.noma_isac.design import per_user
from beamwright.systems.noma_isac.multipliers import in_cones
from beamwright.systems.noma_isac.oma import mode, slot_snr
from beamwright.systems.noma_isac.results import Design, Oma
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.worst_case import error_radius

BOUND = {
    "min-power": ("sinr_db",), "max-min": ("power_w", "csi_error"), "oma-max-min": ("power_w", "prelog", "sensing"),
    "oma-min-power": ("sinr_db", "csi_error", "prelog", "sensing"),
    **dict.fromkeys(("robust-min-power", "non-robust-min-power", "randomisation", "reference"),
                    ("sinr_db", "csi_error")),
}  # fmt: skip


def asked(s: Scenario, known: np.ndarray, design: Design, method: str, options: Config) -> dict[str, Any]:
    """See ``core.contract.System.asked``. Beams and covariances of a search are judged by the certificate."""
    drops, given = len(known), dict(options)
    radius = error_radius(s, given.get("csi_error", 0.0), drops)
    oma = mode(given["sensing"]) if "sensing" in given else Oma.NONE
    demands: dict[str, Any] = {
        "order": model.decoding_order(known), "oma": np.full(drops, int(oma)),
        "csi_error": 0 * radius if method == "non-robust-min-power" else radius,
        "inner": (design.inner + np.conj(np.swapaxes(design.inner, -1, -2))) / 2, "basis": _orthonormal(design.basis),
    }  # fmt: skip
    if "sinr_db" in given:
        target = db_to_linear(per_user(s, given["sinr_db"], drops, "sinr_db"))
        target = slot_snr(target, s.users, given["prelog"]) if oma is not Oma.NONE else target
        demands |= dict.fromkeys(("sinr_target", "proof_target"), target)
        demands |= dict.fromkeys(("balanced_sinr", "relaxed_sinr"), np.full(drops, np.nan))
        demands["power_limit_w"] = model.power_limit_w(s, known, target, oma)
    problem = design.problem(known)
    judged = problem._replace(csi_error=radius)  # non-robust designs are judged over a ball that they ignored
    demands["sinr"] = judge(s, judged, design.beams, model.span_basis(np.nan_to_num(design.beams))).worst.sinr
    if "power_w" in given:
        demands["power_limit_w"] = np.full(drops, given["power_w"])
        demands |= _levels(s, design, demands["sinr"], bool(given.get("prelog", False)))
    multipliers = in_cones(s, problem._replace(sinr_target=design.proof_target), design.multipliers)
    multipliers_basis = {"multipliers.basis": _orthonormal(design.multipliers.basis)}
    return demands | multipliers.to_arrays("multipliers.") | multipliers_basis


def _levels(s: Scenario, design: Design, sinr: np.ndarray, equivalent: bool) -> dict[str, np.ndarray]:
    """Max-min: one level for all, that of the beams; and one out of reach, which the certificate proves.

    The latter is zero, and there are no levels, where the budget does not pay for sensing.
    """
    attained = least_over_users(sinr).min(axis=-1)
    beyond = design.proof_target[:, 0]
    balanced, relaxed = (np.where(beyond > 0, level, np.nan) for level in (attained, beyond))
    if equivalent:
        balanced, relaxed = equivalent_sinr(balanced, s.users), equivalent_sinr(relaxed, s.users)
    return {
        "sinr_target": np.repeat(np.nan_to_num(attained)[:, None], s.users, axis=1),
        "proof_target": np.repeat(beyond[:, None], s.users, axis=1),
        "balanced_sinr": balanced,
        "relaxed_sinr": relaxed,
    }


def _orthonormal(basis: np.ndarray) -> np.ndarray:
    """The nearest columns that are: a basis that already is stays as it is, to rounding."""
    if not basis.size:
        return basis
    left, _, right = np.linalg.svd(np.nan_to_num(basis), full_matrices=False)
    return left @ right
