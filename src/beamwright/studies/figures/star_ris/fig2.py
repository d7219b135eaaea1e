"""Figure F2 of the specification: how fast the search for a surface converges, and to what."""

from beamwright.records import Curve, sweep
from beamwright.studies.figures.grammar import Points, axis, case, claim, curve, distribution, lines, metric, panel
from beamwright.studies.figures.star_ris.common import PAPER

_ITERATIONS = axis("iterations", "Iterations")
_LEAST = "Least interference, MRT"
_BOUNDS = (("interference-end", "to 1e-3", 1e-4), ("interference-fine-end", "to 1e-6", 1e-8))
_ENDS = {"interference-end": "least interference", "rate-end": "largest sum rate"}


def _curves(ending: str = "", points: Points | None = None) -> tuple[Curve, ...]:
    return (
        curve(f"interference{ending}", _LEAST, "min-interference", points=points),
        curve(f"interference-fine{ending}", f"{_LEAST}, to $10^{{-6}}$", "min-interference", points=points,
              tolerance=1e-6),
        curve(f"rate{ending}", "Largest sum rate, RZF", "max-sum-rate", points=points, rounds=1, careful=False),
    )  # fmt: skip


STUDY = PAPER.study(
    "fig2",
    "Convergence of the Riemannian conjugate gradient",
    "convergence",
    axes=(_ITERATIONS,),
    points=sweep(1, 2, 3, 4, 5, 6, 8, 10, 13, 20, 30, 50, 100, 200),
    curves=(*_curves(), *_curves("-end", sweep(200))),
    metrics=(
        metric("objective", "Objective"),
        metric("above_bound", "Objective over its bound, less one"),
        metric("spent", "Iterations"),
        metric("rise", "Largest rise of the objective between steps"),
    ),
    drops=50,
    caption="Against the number of iterations allowed, mean over 50 scenes with its 95 % confidence band: (a) "
    "interference over that of random phases, (b) sum rate, (c) median distance of the interference "
    "to the bound that no phases can pass. (d) How many iterations it takes to a gradient norm of $10^{-3}$.",
    panels=(
        panel("objective", _ITERATIONS, *lines("interference"), axis_scale="log",
              title="interference over random phases'"),
        panel("objective", _ITERATIONS, *lines("rate", colours=(1,)), axis_scale="log", title="sum rate (bit/s/Hz)"),
        panel("above_bound", _ITERATIONS, *lines("interference", "interference-fine", colours=(0, 2)), axis_scale="log",
              scale="log", statistic="median", title="distance to the bound"),
        distribution("cdf", "spent", *lines(*_ENDS, colours=(0, 1)), title="iterations needed"),
    ),
    claims=(
        claim("The search converges in about ten iterations.", "Section IV", "share", "spent", "<=",
              *(case(name, words) for name, words in _ENDS.items()), against=13.0, share=0.9,
              note="Read as: at most 13 iterations on 90 % of the scenes, to a gradient norm of 1e-3."),
        claim("The objective never worsens.", "ours", "every", "rise", "<=",
              case("interference-end", "least interference"), against=1e-9),
        *(
            claim("Least interference attains the bound that no phases can pass.", "ours", "share", "above_bound", "<=",
                  case(name, words), against=limit, share=0.5)
            for name, words, limit in _BOUNDS
        ),
    ),
)  # fmt: skip
