"""What a design must hold that was asked for like that: targets, radii, budget, slots, order, and what arrays imply."""

from typing import Any

import numpy as np

from beamwright.core import Config, db_to_linear
from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.certificate import judge
from beamwright.systems.noma_isac.design import per_user
from beamwright.systems.noma_isac.multipliers import in_cones
from beamwright.systems.noma_isac.oma import mode, slot_snr
from beamwright.systems.noma_isac.results import POWER_CAP_W, Design, Oma
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
        "power_limit_w": np.full(drops, given.get("power_w", POWER_CAP_W)),
        "inner": (design.inner + np.conj(np.swapaxes(design.inner, -1, -2))) / 2, "basis": _orthonormal(design.basis),
    }  # fmt: skip
    if "sinr_db" in given:
        target = db_to_linear(per_user(s, given["sinr_db"], drops, "sinr_db"))
        demands["sinr_target"] = slot_snr(target, s.users, given["prelog"]) if oma is not Oma.NONE else target
        demands |= dict.fromkeys(("balanced_sinr", "relaxed_sinr"), np.full(drops, np.nan))
    else:  # max-min: one level for all, as high as the certificate says
        demands["sinr_target"] = np.repeat(design.sinr_target[:, :1], s.users, axis=1)
    problem = design.problem(known)
    judged = problem._replace(csi_error=radius)  # non-robust designs are judged over a ball that they ignored
    demands["sinr"] = judge(s, judged, design.beams, model.span_basis(np.nan_to_num(design.beams))).worst.sinr
    multipliers = in_cones(s, problem, design.multipliers)
    multipliers_basis = {"multipliers.basis": _orthonormal(design.multipliers.basis)}
    return demands | multipliers.to_arrays("multipliers.") | multipliers_basis


def _orthonormal(basis: np.ndarray) -> np.ndarray:
    """The nearest columns that are: a basis that already is stays as it is, to rounding."""
    if not basis.size:
        return basis
    left, _, right = np.linalg.svd(np.nan_to_num(basis), full_matrices=False)
    return left @ right
