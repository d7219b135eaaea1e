"""STAR-RIS as the contract sees it: its methods and itself."""

from typing import Any

from numpy.typing import ArrayLike

from beamwright.core import USUAL, Method, System, guarded, plain_array, require
from beamwright.systems.star_ris import options
from beamwright.systems.star_ris.asked import BOUND, SCENERY, asked
from beamwright.systems.star_ris.baselines import no_surface, random_surface, reflecting_only
from beamwright.systems.star_ris.certificate import certify
from beamwright.systems.star_ris.design import maximise_min_rate, maximise_sum_rate, minimise_interference
from beamwright.systems.star_ris.known import INPUTS, checked
from beamwright.systems.star_ris.majorise import majorise_minimise
from beamwright.systems.star_ris.realisation import draw
from beamwright.systems.star_ris.results import Design, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.scorecard import evaluate
from beamwright.systems.star_ris.sizes import design_bytes


@guarded(Scenario)
def known(scenario: Scenario, **arrays: ArrayLike) -> Statistics:
    """A user's statistics. Raises ValueError naming what is missing or wrong."""
    missing = [name for name in INPUTS if name not in arrays]
    require(not missing, ", ".join(missing), "be given", "nothing")
    return checked(Statistics(**{name: plain_array(arrays[name], name) for name in INPUTS}), scenario)


def headline(scenario: Scenario, design: Design) -> list[dict[str, Any]]:
    """One row per drop for the table a person reads."""
    return [
        {
            "drop": drop,
            "status": status,
            "objective": design.objective[drop],
            "bound": design.bound[drop],
            "gradient": design.certificate.gradient_norm[drop],
            "sum rate (bit/s/Hz)": design.rates[drop].sum(),
            "least rate (bit/s/Hz)": design.rates[drop].min(),
            "iterations": int(design.iterations[drop]),
        }
        for drop, status in enumerate(design.status_text)
    ]


@guarded(Scenario, options.Sca, design_bytes)
def _sca(scenario: Scenario, known: Statistics, precoder: options.Closed = USUAL, seed: int = USUAL) -> Design:
    from beamwright.systems.star_ris.reference import sca  # an extra: imported when asked for

    return sca(scenario, known, precoder, seed=seed)


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
            options.Sca, _sca,
        ),
        Method("random", "Baseline: uniformly random phases", options.AsItIs, random_surface),
        Method("no-surface", "Baseline: direct links only", options.NoSurface, no_surface),
        Method("reflecting-only", "Baseline: a conventional surface, random phases", options.AsItIs, reflecting_only),
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
    asked=asked,
    bound=BOUND,
    scenery=SCENERY,
)
