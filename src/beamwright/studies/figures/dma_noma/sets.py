"""The study ``sets``: what can be promised over balls of positions, and over balls of channels."""

from beamwright.records import sweep
from beamwright.studies.figures.dma_noma.common import ERROR, PAPER, VERIFIED
from beamwright.studies.figures.grammar import case, cases, claim, curve, line, outcome, panel

_LABELS = {"positions": "positions", "aligned": "channels up to phase", "raw": "channels"}

STUDY = PAPER.study(
    "sets",
    "Balls of positions against balls of channels",
    "sets",
    axes=(ERROR,),
    points=sweep(1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1),
    curves=(
        curve("positions", "designed for positions", "robust"),
        curve("aligned", "designed for aligned", "csi-ball", kind="aligned"),
        curve("raw", "designed for raw", "csi-ball", kind="raw"),
    ),
    metrics=(
        outcome("positions", "Guaranteed sum rate", "bit/s/Hz", least=0.0),
        outcome("aligned", "Guaranteed by an aligned ball", "bit/s/Hz", least=0.0),
        outcome("raw", "Guaranteed by a raw ball", "bit/s/Hz", least=0.0),
        VERIFIED,
        outcome("excess", "Promise of the ball over the truth", "bit/s/Hz"),
    ),
    drops=12,
    caption="Sum rate that a design can promise if positions are known up to a ball, mean over scenes with its "
    "95 % confidence band: (a) over balls of positions (by a set of them: sampled, not proven), and proven over the "
    "aligned and the raw ball of channels that contain them (exact worst case); (b) the worst case found by the dense "
    "adversary for the same designs.",
    panels=(
        panel("positions", ERROR, line("positions", "positions"), line("aligned", _LABELS["aligned"], metric="aligned"),
              line("raw", _LABELS["raw"], metric="raw"), title="promised", axis_scale="log"),
        panel("verified", ERROR, *(line(name, label) for name, label in _LABELS.items()), title="worst case found",
              axis_scale="log"),
    ),
    numbers=("positions", "aligned", "raw", "verified"),
    claims=(
        claim(
            "A bounded channel error is a workable model of an uncertain position.", "Section III", "mean", "raw", ">",
            case("raw", "1 mm", position_error_m=1e-3), case("raw", "0.1 m", position_error_m=0.1), against=4.0,
            note="Read as: it can promise the required rates, 4 bit/s/Hz in all.",
        ),
        claim("What the ball of channels promises is true.", "ours", "every", "excess", "<=",
              *cases({name: name for name in _LABELS}), against=1e-6),
        claim("Designing for positions promises more than for channels up to their phase.", "ours", "mean",
              "positions", ">", case("positions", "designs compared on positions", "aligned")),
    ),
)  # fmt: skip
