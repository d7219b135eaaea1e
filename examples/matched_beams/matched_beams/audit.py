"""What holds for a design: certificate, scorecard, and what was asked for."""

from typing import Any

import numpy as np

from beamwright.core import Config, Status, db_to_linear, guarded
from matched_beams import physics, scene
from matched_beams.scenario import Scenario
from matched_beams.types import MET, Certificate, Design, Scorecard


@guarded(Scenario)
def certify(scenario: Scenario, known: np.ndarray, design: Design) -> Certificate:
    """Objective of the beams and the bound of the multipliers.

    For any y >= 0:  sum_k |w_k|^2 >= sum_k y_k  if  y_k |h_k|^2 <= target_k noise (weak duality); multipliers beyond
    that are cut.
    """
    h = scene.known(scenario, known)
    limit = np.sum(np.abs(h) ** 2, axis=-1)
    most = np.divide(design.snr_target * scenario.noise_power_w, limit, out=np.zeros(limit.shape), where=limit > 0)
    bound = np.clip(np.nan_to_num(design.multipliers), 0, most).sum(axis=-1)
    objective = np.sum(np.abs(design.beams) ** 2, axis=(-1, -2))
    short = np.max(1 - physics.snr(scenario, h, design.beams) / design.snr_target, axis=-1)
    gap = np.divide(objective, bound, out=np.full(len(bound), np.inf), where=bound > 0) - 1
    blocked = (limit == 0).any(axis=-1)
    met = np.where(gap <= MET, Status.OPTIMAL, Status.FEASIBLE)
    status = np.select([blocked, short <= MET], [Status.INFEASIBLE, met], Status.STALLED)
    return Certificate(objective, bound, gap, short, status)


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: scene.Realisation, design: Design) -> Scorecard:
    """SNRs on the channels that are true."""
    return Scorecard(physics.snr(scenario, realisation.truth, design.beams))


def demanded(scenario: Scenario, known: np.ndarray, design: Design, method: str, options: Config) -> dict[str, Any]:
    """What a file must hold that was designed with these options."""
    return {"snr_target": np.full(known.shape[:2], db_to_linear(dict(options)["snr_db"]))}


def headline(scenario: Scenario, design: Design) -> list[dict[str, Any]]:
    """One row per drop for the table a person reads."""
    return [
        {"drop": drop, "status": status, "power (W)": design.objective[drop], "bound (W)": design.bound[drop]}
        for drop, status in enumerate(design.status_text)
    ]
