"""Figure 3 of the paper: how fast the rounds of beams and powers converge."""

from beamwright.studies.figures.dma_noma.common import ERROR, PAPER
from beamwright.studies.figures.grammar import cases, claim, curve, distribution, lines, outcome, profile

_ERRORS = (0.0, 0.05, 0.1, 0.2)
_SMALL = {f"error {error:g} m": f"error-{error:g}" for error in _ERRORS}
_LARGER = lines("error-0.1", "three", "long", colours=(2, 4, 5))

STUDY = PAPER.study(
    "fig3",
    "Convergence of the guaranteed rate",
    "convergence",
    axes=(ERROR,),
    points=((0.1,),),
    curves=(
        *(curve(f"error-{e:g}", f"error {e:g} m", "robust", points=((e,),), rounds=30, steps=60) for e in _ERRORS),
        curve("three", "three groups, error 0.1 m", "robust", rounds=30, steps=60, groups=3),
        curve("long", "128 elements, error 0.1 m", "robust", rounds=30, steps=60, columns=128),
    ),
    metrics=(
        outcome("rate", "Guaranteed sum rate", "bit/s/Hz", least=0.0),
        outcome("round", "Rounds"),
        outcome("to_95", "Rounds to 95 %"),
        outcome("to_98", "Rounds to 98 %"),
        outcome("fall", "Largest fall between rounds"),
    ),
    drops=24,
    caption="Best guaranteed sum rate so far after each round of beams (sixty steps per sharpness) and powers, "
    "mean over scenes with its 95 % confidence band: (a) 32 elements, two groups, by position error; (b) larger "
    "problems. (c) Rounds to 98 % of the value after thirty.",
    panels=(
        profile("rate", "round", *lines(*_SMALL.values()), title="two groups, 32 elements", limits=(20.0, 40.0)),
        profile("rate", "round", *_LARGER, title="larger problems", limits=(20.0, 50.0)),
        distribution("cdf", "to_98", *_LARGER, title="rounds to 98 %"),
    ),
    numbers=("to_95", "to_98"),
    numbers_caption="Rounds needed.",
    claims=(
        claim(
            "The rate converges in four to eight rounds.", "Section V", "share", "to_98", "<=",
            *cases({**_SMALL, "three groups": "three", "128 elements": "long"}), against=8.0, share=0.9,
            note="Read as: 98 % of the value after thirty rounds within eight, on 90 % of the scenes.",
        ),
        claim(
            "The rate never falls.", "Section V", "every", "fall", "<=",
            *cases({name: name for name in (*_SMALL.values(), "three", "long")}), against=1e-9,
        ),
    ),
)  # fmt: skip
