"""The study ``alternation``: the source's two stages in turn, round by round."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import PAPER, RANGE, UTILITY, on_average
from beamwright.studies.figures.grammar import cases, claim, curve, line, outcome, profile

_NAMES = {"the source's Algorithm 1": "manifold", "the oracle": "oracle"}

STUDY = PAPER.study(
    "alternation",
    "Worst offsets and a design for these alone, in turn",
    "alternation",
    axes=(RANGE,),
    points=sweep(500.0),
    curves=(
        curve("manifold", "alternation", "published-alternation"),
        curve("oracle", "alternation, oracle", "published-alternation", adversary="oracle"),
        curve("robust", "robust", "robust"),
        curve("silence", "radar silent", "silence"),
    ),
    metrics=(
        UTILITY,
        outcome("true", "Utility", "bit/s/Hz", least=0.0),
        outcome("believed", "Utility at the offsets assumed", "bit/s/Hz", least=0.0),
        outcome("round", "Rounds"),
        outcome("best", "Worst-case utility of the best round", "bit/s/Hz"),
        outcome("last_believed", "Utility assumed in the last round", "bit/s/Hz"),
        outcome("least_step", "Largest fall between rounds", "bit/s/Hz"),
    ),
    drops=8,
    caption="What every round's design of the source's alternation believes, its utility at the offsets that it was "
    "designed for, and its worst case, mean over scenes with its 95 % confidence band. Worst offsets by the source's "
    "algorithm, or by the oracle: the alternation fails with either.",
    panels=(
        profile(
            "true", "round", line("manifold", "believed", metric="believed"), line("manifold", "worst case"),
            line("oracle", "worst case, oracle"), line("robust"), line("silence"),
        ),
    ),
    numbers=("worst", "best", "last_believed", "least_step"),
    numbers_caption="Worst case of the last round and of the best, what the last one believes, and the largest fall.",
    claims=(
        claim("The alternation of both stages converges.", "Section IV", "every", "least_step", ">=", *cases(_NAMES),
              against=-0.05, note="Read as: the worst case never falls by more than 0.05 between rounds."),
        claim("Its design is worth what it believes.", "Section IV", "mean", "worst", "=", *cases(_NAMES),
              against="last_believed", tolerance=0.01),
        on_average("A design for all offsets is worth more than its best round.", ("robust", "manifold"),
                   ("robust", "oracle"), metric="best", source="ours"),
        on_average("So is a silent radar.", ("silence", "manifold"), ("silence", "oracle"), metric="best",
                   source="ours"),
    ),
)  # fmt: skip
