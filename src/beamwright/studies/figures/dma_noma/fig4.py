"""Figure 4 of the paper: what moving a user does to its channel, and bounds on it."""

from beamwright.records import sweep
from beamwright.studies.figures.dma_noma.common import ERROR, NO_DEMANDS, PAPER
from beamwright.studies.figures.grammar import cases, claim, curve, line, outcome, panel

_SIZES = (32, 128, 256)
_USERS = {"near": "near user, 10 m", "far": "far user, 15 m"}
_DRAWN = {
    "raw": ("raw, found", 0, 0),
    "raw_bound": ("raw, bound", 0, 1),
    "aligned": ("aligned, found", 1, 0),
    "aligned_bound": ("aligned, bound", 1, 1),
    "printed": ("as printed", 2, 2),
    "restated": ("restated", 3, 2),
}
_EVERY_SIZE = cases({f"{size} elements": f"n{size}" for size in _SIZES})

STUDY = PAPER.study(
    "fig4",
    "Channel errors over a ball of positions, and bounds",
    "errors",
    axes=(ERROR,),
    points=sweep(3e-4, 6e-4, 1e-3, 1.5e-3, 2.5e-3, 6e-3, 0.02, 0.05, 0.1, 0.2),
    curves=(curve(f"n{size}", f"{size} elements", "focusing", columns=size, **NO_DEMANDS) for size in _SIZES),
    metrics=(
        *(outcome(f"{name}_{user}", "Error over the channel's norm") for user in _USERS for name in _DRAWN),
        outcome("violation", "Truth over bound"),
        outcome("tightness", "Aligned bound over truth"),
    ),
    drops=12,
    caption="Largest error of a channel over a ball of positions, relative to its norm, mean over scenes: with "
    "its phase (raw) and up to it (aligned), found among 7000 positions; rigorous bounds; the polynomial that "
    "the source prints, which stops at $\\sqrt{3}$, and its restated form, which has no use beyond a "
    "millimetre. "
    "(a) near user at 10 m, 32 elements; (b) far user at 15 m, 32 elements; (c), (d) aligned errors by size.",
    panels=(
        *(
            panel(
                f"raw_{user}", ERROR,
                *(line("n32", *drawn, metric=f"{name}_{user}") for name, drawn in _DRAWN.items()),
                title=words, axis_scale="log", limits=(0.0, 2.6), reference=1.0,
            )
            for user, words in _USERS.items()
        ),
        *(
            panel(
                f"aligned_{user}", ERROR,
                *(
                    line(f"n{size}", f"{size} elements, {what}", 4 + i, dash, metric=f"{name}_{user}")
                    for i, size in enumerate(_SIZES)
                    for name, what, dash in (("aligned", "found", 0), ("aligned_bound", "bound", 1))
                ),
                title=f"aligned, {words}", axis_scale="log", scale="log", reference=1.0,
            )
            for user, words in _USERS.items()
        ),
    ),
    claims=(
        claim(
            "The printed expression bounds the channel error.", "Theorem 1", "every", "raw_near", "<=", *_EVERY_SIZE,
            against="printed_near",
            note="Fourth-order series of the cosine: a lower bound, which stops at sqrt(3) norms.",
        ),
        claim("Our bounds hold.", "ours", "every", "violation", "<=", *_EVERY_SIZE, against=1e-9),
        claim("The aligned bound is within 20 % of the truth.", "ours", "every", "tightness", "<=", *_EVERY_SIZE,
              against=1.2),
    ),
)  # fmt: skip
