"""The study ``inner-loops``: rounds of algorithms that the source's can be read as, and how tight the relaxation is."""

from beamwright.studies.figures.dma_noma.common import ERROR, PAPER
from beamwright.studies.figures.grammar import cases, claim, curve, lines, outcome, profile

_LOOPS = (
    curve("published", "alternation as printed", "published-alternation", alternations=12, steps=60),
    curve("growing", "worst positions added", "cutting-set", cuts=12, steps=60),
    curve("sdr", "semidefinite relaxation", "sdr-sca", rounds=12),
    curve("robust", "robust", "robust", rounds=12, steps=60),
)
_NAMES = {loop.label: loop.name for loop in _LOOPS}

STUDY = PAPER.study(
    "inner-loops",
    "Convergence of inner loops, and the relaxation in them",
    "inner_loops",
    axes=(ERROR,),
    points=((0.1,),),
    curves=_LOOPS,
    metrics=(
        outcome("rate", "Worst sum rate", "bit/s/Hz", least=0.0),
        outcome("round", "Rounds"),
        outcome("to_98", "Rounds to 98 %"),
        outcome("fall", "Largest fall between rounds", "bit/s/Hz"),
        outcome("top_share", "Share of the leading eigenvalue"),
    ),
    drops=8,
    caption="Worst sum rate after each round, two groups, 32 elements, error 0.1 m, mean over scenes with its 95 % "
    "confidence band. The alternation shows what each round's design is worth, the others the best so far; each "
    "against what it designs for: all positions found by the adversary, a grid, the scenario set.",
    panels=(profile("rate", "round", *lines(*_NAMES.values())),),
    numbers=("to_98", "fall", "top_share"),
    numbers_caption="Rounds to 98 % of the last, falls on the way, and the least share of the leading eigenvalue in "
    "the relaxed beams at the design (1: the relaxation is tight).",
    claims=(
        claim("The inner loop converges in four to eight rounds.", "Section V", "share", "to_98", "<=", *cases(_NAMES),
              against=8.0, share=0.9,
              note="Read as: 98 % of the value after twelve rounds within eight, on 90 % of scenes."),
        claim("The rate of the inner loop never falls.", "Section V", "every", "fall", "<=", *cases(_NAMES),
              against=1e-6),
        claim("The relaxation of the beams is tight.", "Section III", "every", "top_share", ">=", *cases(_NAMES),
              against=0.97, note="Read as: the leading eigenvalue has 97 % of the trace."),
    ),
)  # fmt: skip
