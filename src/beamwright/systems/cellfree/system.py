"""Cell-free radar and communication as the contract sees it: its methods and itself."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, Config, Learner, Method, System, guarded, linear_to_db, plain_array, require
from beamwright.learn import AGENTS
from beamwright.systems.cellfree import options
from beamwright.systems.cellfree.asked import BOUND, SCENERY, asked
from beamwright.systems.cellfree.baselines import conjugate_beams, fixed_array, leakage_beams, non_robust, silence
from beamwright.systems.cellfree.certificate import certify
from beamwright.systems.cellfree.design import maximise_worst_case
from beamwright.systems.cellfree.known import INPUTS, checked
from beamwright.systems.cellfree.learning import design_by_policy, learn_each, train_policy
from beamwright.systems.cellfree.realisation import draw
from beamwright.systems.cellfree.results import Design, Known
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.scorecard import evaluate
from beamwright.systems.cellfree.sizes import design_bytes


@guarded(Scenario)
def known(scenario: Scenario, **arrays: ArrayLike) -> Known:
    """A user's paths. Raises ValueError naming what is missing or wrong."""
    missing = [name for name in INPUTS if name not in arrays]
    require(not missing, ", ".join(missing), "be given", "nothing")
    given: Any = {name: plain_array(arrays[name], name) for name in INPUTS}
    return checked(scenario, Known(**given))


def headline(scenario: Scenario, design: Design) -> list[dict[str, Any]]:
    """One row per drop for the table a person reads."""
    proof = design.certificate
    assert proof is not None and design.iterations is not None
    return [
        {
            "drop": drop,
            "status": status,
            "worst case": proof.worst_case_utility[drop],
            "no offsets": proof.nominal_utility[drop],
            "silence": proof.silence_utility[drop],
            "bound": proof.bound[drop],
            "least radar SINR (dB)": float(linear_to_db(proof.least_radar_sinr[drop])),
            "least user SINR (dB)": float(linear_to_db(proof.user_sinr[drop].min(initial=np.inf))),
            "radiated (W)": proof.radiated_w[drop].sum(),
            "iterations": int(design.iterations[drop]),
        }
        for drop, status in enumerate(design.status_text)
    ]


@guarded(Scenario, options.Sca, design_bytes)
def fixed_array_sca(s: Scenario, known: Known, rounds: int = USUAL) -> Design:
    """``reference.fixed_array_sca``, imported when asked for."""
    from beamwright.systems.cellfree.reference import fixed_array_sca as by_cvxpy

    return by_cvxpy(s, known, rounds)


AGENT_OPTIONS: dict[str, type[Config]] = {
    "ddpg": options.Ddpg, "meta": options.Meta, "amortised": options.Amortised,
}  # fmt: skip
METHODS = {
    method.name: method
    for method in (
        Method(
            "robust", "Largest worst-case utility over carrier offsets; antennas move: Adam on smooth coordinates",
            options.Solver, maximise_worst_case,
        ),
        Method("fixed-array", "The same with antennas that stay", options.Solver, fixed_array),
        Method("non-robust", "Baseline: the same as if there were no offsets", options.Solver, non_robust),
        Method(
            "fixed-array-sca", "Comparison: fixed arrays by CVXPY, drop after drop (extra: reference)", options.Sca,
            fixed_array_sca,
        ),
        Method(
            "policy", "What a policy builds that beamwright train learnt; the optimiser may go on from there",
            options.Policy, design_by_policy,
        ),
        *(
            Method(name, f"{AGENTS[name].summary}; learns each drop by itself", told, partial(learn_each, agent=name))
            for name, told in AGENT_OPTIONS.items()
        ),
        Method("silence", "Yardstick: nobody radiates", options.Nothing, silence),
        Method("conjugate", "Yardstick: fixed arrays, beams matched to the target", options.Nothing, conjugate_beams),
        Method("leakage", "Yardstick: fixed arrays, beams that spare the receivers", options.Nothing, leakage_beams),
    )
}  # fmt: skip

SYSTEM = System(
    name="cellfree",
    title="Full-duplex cell-free radar and communication with movable antennas under carrier offsets",
    source="Y. Xiu, W. Lyu, Y. Li, R. Yang, P. L. Yeoh, et al., “Meta-Reinforcement Learning Optimization for Movable "
    "Antenna-aided Full-Duplex CF-DFRC Systems with Carrier Frequency Offset”",
    scenario=Scenario,
    design=Design,
    methods=METHODS,
    channels=INPUTS,
    draw=draw,
    known=known,
    evaluate=evaluate,
    certify=certify,
    headline=headline,
    asked=asked,
    bound=BOUND,
    scenery=SCENERY,
    learners={
        name: Learner(
            name, AGENTS[name].summary, told, partial(train_policy, agent=name), "Worst-case utility (bit/s/Hz)"
        )
        for name, told in AGENT_OPTIONS.items()
    },
)
