"""Studies of channel errors over balls of positions, of near or of far users."""

from typing import Literal

from beamwright.records import Study
from beamwright.studies.figures.dma_noma.common import ERROR, NO_DEMANDS, PAPER, SIZE
from beamwright.studies.figures.grammar import case, cases, claim, curve, line, outcome, panel

_ERRORS = (3e-4, 6e-4, 1e-3, 1.5e-3, 2.5e-3, 6e-3, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
_SIZES = (16, 32, 64, 128, 256)
_DRAWN, _FINE, _WIDE = (32, 256), 1e-3, (0.02, 0.1)
_RAW = {
    "raw": ("raw, found", 0, 0),
    "raw_bound": ("raw, bound", 0, 1),
    "theorem_2": ("Theorem 1, $\\alpha/2$", 2, 2),
    "theorem_4": ("Theorem 1, $\\alpha/4$", 3, 3),
}
_ALIGNED = {"aligned": ("found", 0), "aligned_bound": ("bound", 1)}
_LABELS = {
    "raw": "Error of the channel",
    "raw_bound": "Bound of it",
    "aligned": "Error up to a phase",
    "aligned_bound": "Bound of it",
    "printed": "Printed bound, its proof's exponent, simplified",
    "restated": "Printed bound with a plus",
    "theorem_2": "Theorem 1, exponent of its proof",
    "theorem_4": "Theorem 1 as printed",
    "agreement": "Printed bound over error",
}
_OVER_NORM = "Error over the channel's norm"
_EVERY = cases({f"{size} elements": f"n{size}" for size in _DRAWN})
_CLAIMS = (
    claim(
        "Theorem 1 bounds the channel error, with the exponent of its proof.", "Theorem 1", "every", "raw", "<=",
        *_EVERY, against="theorem_2", note="Fourth-order series of the cosine: a lower bound, at most sqrt(3) norms.",
    ),
    claim(
        "Theorem 1 bounds the channel error, with the exponent that it prints.", "Theorem 1", "every", "raw", "<=",
        *_EVERY, against="theorem_4",
        note="alpha/4 has other units than alpha/2; in metres it is larger. Where it exceeds 1, zero is in the ball.",
    ),
    claim(
        "Theory and simulation agree.", "Section V, Figs. 4 and 5", "every", "agreement", ">=",
        *(case("n32", f"32 elements, {where}", position_error_m=limits)
          for where, limits in (("to 0.2 m", (0.0, 0.2)), ("beyond 0.2 m", (0.2, 1.0)))),
        against=0.95, note="Read as: the printed bound, with the exponent of its proof, within 5 % of the error.",
    ),
    claim("Errors grow with the number of elements.", "Section V, Figs. 4 and 5", "trend", "aligned", ">=",
          *cases({f"error {error:g} m": f"e{error:g}" for error in _WIDE}),
          note="Over the channel's norm, up to its phase; with its phase they do not."),
    claim("Our bounds hold.", "ours", "every", "violation", "<=", *_EVERY, against=1e-9),
    claim("The aligned bound is within 20 % of the truth.", "ours", "every", "tightness", "<=",
          *cases({f"{size} elements, to 0.2 m": f"n{size}" for size in _DRAWN}, position_error_m=(0.0, 0.2)),
          *cases({f"{size} elements, beyond": f"n{size}" for size in _DRAWN}, position_error_m=(0.2, 1.0)),
          against=1.2),
)  # fmt: skip


def channel_errors(name: str, user: Literal["near", "far"], words: str) -> Study:
    """Errors of the first near or far user's channel, against the radius of the ball and the number of elements."""
    return PAPER.study(
        name,
        f"Channel errors over a ball of positions, and bounds: {words}",
        "errors",
        measure_options={"user": user},
        axes=(ERROR, SIZE),
        points=(),
        curves=(
            *(curve(f"n{size}", f"{size} elements", "focusing", points=tuple((e, size) for e in _ERRORS), **NO_DEMANDS)
              for size in _DRAWN),
            *(curve(f"e{error:g}", f"error {error:g} m", "focusing", points=tuple((error, n) for n in _SIZES),
                    **NO_DEMANDS) for error in (_FINE, *_WIDE)),
        ),
        metrics=(
            *(outcome(metric, label, least=0.0) for metric, label in _LABELS.items()),
            outcome("violation", "Truth over bound"),
            outcome("tightness", "Aligned bound over truth"),
        ),
        drops=12,
        caption=f"Largest error of the channel of a {words}, over a ball of positions, relative to the channel's "
        "norm, mean over scenes: with its phase (raw) and up to it (aligned), found among 7000 positions; rigorous "
        "bounds; Theorem 1 with the exponent of its proof, $\\alpha/2$, which stops at $\\sqrt{3}$, and with the "
        "printed $\\alpha/4$. (a) 32 elements; (b) aligned, by the error; (c) 1 mm, and (d) aligned, by the number "
        "of elements.",
        panels=(
            panel("raw", ERROR, *(line("n32", *how, metric=metric) for metric, how in _RAW.items()),
                  title="with its phase, 32 elements", axis_scale="log", scale="log", reference=1.0, label=_OVER_NORM),
            panel("aligned", ERROR,
                  *(line(f"n{size}", f"{size} elements, {what}", colour, dash, metric=metric)
                    for colour, size in zip((4, 5), _DRAWN, strict=True) for metric, (what, dash) in _ALIGNED.items()),
                  title="up to its phase", axis_scale="log", scale="log", reference=1.0, label=_OVER_NORM),
            panel("raw", SIZE, *(line(f"e{_FINE:g}", *how, metric=metric) for metric, how in _RAW.items()),
                  title="with its phase, error 1 mm", axis_scale="log", limits=(0.0, 3.0), label=_OVER_NORM),
            panel("aligned", SIZE,
                  *(line(f"e{error:g}", f"error {error:g} m, {what}", colour, dash, metric=metric)
                    for colour, error in zip((6, 7), _WIDE, strict=True) for metric, (what, dash) in _ALIGNED.items()),
                  title="up to its phase", axis_scale="log", scale="log", reference=1.0, label=_OVER_NORM),
        ),
        claims=_CLAIMS,
    )  # fmt: skip
