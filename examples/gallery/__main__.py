"""``python -m examples.gallery [problem ...] [--out gallery-out]``: a picture for every problem of the zoo."""

import argparse
from pathlib import Path

from matplotlib.figure import Figure

from beamwright.records import write_bytes
from beamwright.report.style import legend_shape, new_figure, render, styled
from examples.gallery import power, protection, sensing

PICTURES = {draw.__name__: draw for module in (power, protection, sensing) for draw in module.PICTURES}


def main() -> None:
    """Solve, draw, write; the same channels give the same bytes."""
    parser = argparse.ArgumentParser(prog="examples.gallery", description=__doc__)
    parser.add_argument("problems", nargs="*", metavar="problem", help=f"some of {', '.join(PICTURES)} (default: all)")
    parser.add_argument("--out", type=Path, default=Path("gallery-out"), help="folder for the pictures")
    parser.add_argument("--kind", choices=("png", "pdf", "svg"), default="png")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.problems) - set(PICTURES))
    if unknown:
        parser.error(f"problem must be one of {', '.join(PICTURES)}, got {', '.join(unknown)}")
    for name in arguments.problems or PICTURES:
        content = render(picture(name), arguments.kind)
        print(write_bytes(arguments.out / f"{name}.{arguments.kind}", content))


def picture(name: str) -> Figure:
    """One picture, a column of an IEEE journal wide."""
    with styled():
        figure = new_figure(1, 1)
        axes = figure.subplots()
        PICTURES[name](axes)
        handles, labels = axes.get_legend_handles_labels()
        rows, columns = legend_shape(labels, 1)
        figure.set_figheight(figure.get_figheight() + 0.16 * (rows - 1))
        figure.legend(handles, labels, loc="outside lower center", ncols=columns)
    return figure


if __name__ == "__main__":
    main()
