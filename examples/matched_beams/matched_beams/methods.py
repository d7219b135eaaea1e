"""The one question: least power for given SNRs."""

from dataclasses import replace

import numpy as np

from beamwright.core import USUAL, Config, db_to_linear, guarded, parameter, ranges
from matched_beams import scene
from matched_beams.audit import certify
from matched_beams.scenario import Scenario
from matched_beams.solve import matched
from matched_beams.types import Certificate, Design


class MinPower(Config):
    """Options of least power."""

    snr_db: float = parameter(8.0, "SNR that every user needs", unit="dB", **ranges.DECIBELS)


@guarded(Scenario, MinPower)
def minimise_power(scenario: Scenario, known: np.ndarray, snr_db: float = USUAL) -> Design:
    """Beams of least power for given SNRs, users one after another: ``min sum |w_k|^2  s.t.  SNR_k >= target``."""
    h = scene.known(scenario, known)
    target = np.full(h.shape[:2], db_to_linear(snr_db))
    beams, multipliers = matched(scenario, h, target)
    none = np.full(len(h), np.nan)
    draft = Design(beams, multipliers, target, none, none, np.zeros(len(h), int), none[:, None], none,
                   Certificate(none, none, none, none, none))  # fmt: skip
    proof = certify(scenario, h, draft)
    return replace(
        draft, objective=proof.objective, bound=proof.bound, status=proof.status, certificate=proof,
        trace=proof.objective[:, None],
    )  # fmt: skip
