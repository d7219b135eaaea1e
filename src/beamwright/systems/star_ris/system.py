"""STAR-RIS as the contract sees it: its methods and itself."""

from beamwright.core import Method, System
from beamwright.systems.star_ris.audit import BOUND, SCENERY, certify, evaluate, headline
from beamwright.systems.star_ris.methods import (
    demanded,
    majorise_minimise,
    maximise_min_rate,
    maximise_sum_rate,
    minimise_interference,
    no_surface,
    options,
    random_surface,
    reflecting_only,
    run_sca,
)
from beamwright.systems.star_ris.scene import INPUTS, Scenario, draw, known
from beamwright.systems.star_ris.types import Design

METHODS = {
    method.name: method
    for method in (
        Method(
            "max-sum-rate", "Surface (and precoder) of largest sum rate: conjugate gradient", options.SumRate,
            maximise_sum_rate,
        ),
        Method("max-min-rate", "Surface of largest least rate: conjugate gradient", options.MinRate, maximise_min_rate),
        Method(
            "min-interference", "The source's aim, corrected: phases of least expected interference",
            options.Interference, minimise_interference,
        ),
        Method(
            "majorise-minimise", "Comparison: closed-form steps, MM for interference and FP-MM for the sum rate",
            options.Majorise, majorise_minimise,
        ),
        Method(
            "sca", "Comparison: penalised convex approximation by CVXPY, drop after drop (extra: reference)",
            options.Sca, run_sca,
        ),
        Method("random", "Baseline: uniformly random phases", options.Undesigned, random_surface),
        Method("no-surface", "Baseline: direct links only", options.NoSurface, no_surface),
        Method(
            "reflecting-only", "Baseline: a conventional surface, random phases", options.Undesigned, reflecting_only,
        ),
    )
}  # fmt: skip

SYSTEM = System(
    name="star-ris",
    title="Simultaneously transmitting and reflecting surface with statistical channel knowledge",
    source=(
        "A. B. M. Adam, M. A. M. Elhassan, E. M. Diallo, M. A. Ouamri: Interference Mitigation in STAR-RIS-Aided "
        "Multi-User Networks with Statistical CSI, manuscript"
    ),
    scenario=Scenario,
    design=Design,
    methods=METHODS,
    channels=INPUTS,
    draw=draw,
    known=known,
    evaluate=evaluate,
    certify=certify,
    headline=headline,
    asked=demanded,
    bound=BOUND,
    scenery=SCENERY,
)
