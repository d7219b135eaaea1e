"""Scorecard of a design at the true offsets, and the rows that a person reads."""

import numpy as np

from beamwright.core import Headline, guarded, linear_to_db
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Design, Realisation, Scenario, Scorecard


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Judge positions, beams, powers and filters at ``realisation``'s truth, errors and place."""
    given, true = (scenario, realisation.known, design, design.receivers, realisation.truth), realisation
    if true.place is None:
        sinr = physics.sinr(*given, true.errors)
    else:
        sinr = physics.sinr_at_place(*given, true.place, true.errors)
    assert design.worst_case_utility is not None
    return Scorecard(sinr.users, sinr.radar, sinr.utility, design.worst_case_utility)


def headline(scenario: Scenario, design: Design) -> Headline:
    """One row per drop for the table a person reads."""
    proof = design.certificate
    assert proof is not None and design.iterations is not None
    return [
        {
            "drop": drop,
            "status": status,
            "worst case": proof.worst_case_utility[drop],
            "no offsets": proof.nominal_utility[drop],
            "silence (fixed arrays)": proof.silence_utility[drop],
            "bound": proof.bound[drop],
            "least radar SINR (dB)": float(linear_to_db(proof.weakest_radar_sinr[drop])),
            "least user SINR (dB)": float(linear_to_db(proof.least_user_sinr[drop].min(initial=np.inf))),
            **({} if proof.position_bound_m is None else {"position bound (m)": np.max(proof.position_bound_m[drop])}),
            "radiated (W)": proof.radiated_w[drop].sum(),
            "iterations": int(design.iterations[drop]),
        }
        for drop, status in enumerate(design.status_text)
    ]
