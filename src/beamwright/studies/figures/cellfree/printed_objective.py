"""The study ``printed-objective``: the sum of SINRs that the source maximises, and whom it serves."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import PAPER, RANGE
from beamwright.studies.figures.grammar import case, cases, claim, curve, line, outcome, profile

_OBJECTIVES = {"sum of rates": "rate", "sum of SINRs": "sinr"}

STUDY = PAPER.study(
    "printed-objective",
    "Sum of rates or of SINRs: who is served",
    "served",
    axes=(RANGE,),
    points=sweep(500.0),
    curves=tuple(curve(name, label, "robust", metric=name) for label, name in _OBJECTIVES.items()),
    metrics=(
        outcome("user_db", "User SINR", "dB"),
        outcome("place", "User, from the best"),
        outcome("served", "Users above 0 dB"),
        outcome("best_db", "SINR of the best user", "dB"),
        outcome("least_db", "SINR of the least user", "dB"),
        outcome("users", "Sum rate of the users", "bit/s/Hz", least=0.0),
        outcome("sensing", "Rate of the radar", "bit/s/Hz", least=0.0),
    ),
    drops=8,
    caption="SINRs of the users at the worst offsets, from the best user to the least, where the objective is the sum "
    "of rates, or the sum of SINRs as the source prints it; mean over scenes with its 95 % confidence band.",
    panels=(profile("user_db", "place", *(line(name) for name in _OBJECTIVES.values())),),
    numbers=("served", "best_db", "least_db", "users", "sensing"),
    claims=(
        claim("The objective serves all users.", "Section III", "every", "served", ">=", *cases(_OBJECTIVES),
              against=4.0),
        claim("The sum of SINRs is as good for the sum rate.", "Section III", "mean", "users", ">=",
              case("sinr", "sum rate", "rate"), tolerance=0.01),
    ),
)  # fmt: skip
