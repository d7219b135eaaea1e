"""Cell-free radar and communication as the contract sees it: its methods and itself."""

from functools import partial

from beamwright.core import Config, Learner, Method, System
from beamwright.learn import AGENTS
from beamwright.systems.cellfree import audit, learn, methods, scene

AGENT_OPTIONS: dict[str, type[Config]] = {
    "ddpg": learn.Ddpg, "meta": learn.Meta, "amortised": learn.Amortised,
}  # fmt: skip
METHODS = {
    method.name: method
    for method in (
        Method(
            "robust", "Largest worst-case utility over carrier offsets; antennas move: Adam on smooth coordinates",
            methods.Solver, methods.maximise_worst_case,
        ),
        Method("fixed-array", "Largest worst-case utility of fixed arrays", methods.Solver, methods.fixed_array),
        Method("non-robust", "Baseline: largest utility without offsets", methods.Solver, methods.non_robust),
        Method(
            "fixed-array-sca", "Comparison: fixed arrays by CVXPY, drop after drop (extra: reference)", methods.Sca,
            methods.fixed_array_sca,
        ),
        Method(
            "published-alternation", "Comparison: worst offsets and a design for them alone in turn, as printed",
            methods.Alternation, methods.published_alternation,
        ),
        Method(
            "policy", "Design by a policy that beamwright train learnt; the optimiser may go on from it",
            learn.PolicyDesign, learn.design_by_policy,
        ),
        *(
            Method(
                name, f"{AGENTS[name].summary}; learns each drop by itself", options,
                partial(learn.learn_each, agent=name),
            )
            for name, options in AGENT_OPTIONS.items()
        ),
        Method("silence", "Yardstick: nobody radiates", methods.Nothing, methods.silence),
        Method(
            "conjugate", "Yardstick: fixed arrays, beams matched to the target", methods.Nothing,
            methods.conjugate_beams,
        ),
        Method(
            "leakage", "Yardstick: fixed arrays, beams that spare the receivers", methods.Nothing,
            methods.leakage_beams,
        ),
    )
}  # fmt: skip

SYSTEM = System(
    name="cellfree",
    title="Full-duplex cell-free radar and communication with movable antennas under carrier offsets",
    source="Y. Xiu, W. Lyu, Y. Li, R. Yang, P. L. Yeoh, et al., “Meta-Reinforcement Learning Optimization for Movable "
    "Antenna-aided Full-Duplex CF-DFRC Systems with Carrier Frequency Offset”",
    scenario=scene.Scenario,
    design=scene.Design,
    methods=METHODS,
    channels=scene.INPUTS,
    draw=scene.draw,
    known=scene.known,
    evaluate=audit.evaluate,
    certify=audit.certify,
    headline=audit.headline,
    asked=audit.demanded,
    bound=audit.BOUND,
    scenery=audit.SCENERY,
    reads=audit.scenery_read,
    learners={
        name: Learner(
            name,
            AGENTS[name].summary,
            options,
            partial(learn.train_policy, agent=name),
            "Worst-case utility (bit/s/Hz)",
        )
        for name, options in AGENT_OPTIONS.items()
    }
    | {
        "search": Learner(
            "search",
            "Learnt search: rates and temperatures of the optimiser by the cross-entropy method",
            learn.Search,
            learn.train_search,
            "Worst-case utility (bit/s/Hz)",
        )
    },
)
