"""The options of every command that reads channels from a file, and what they mean together."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beamwright.cli.errors import CommandError

if TYPE_CHECKING:
    from beamwright.cli.channels import ChannelFile
    from beamwright.core import Input

File = Annotated[Path | None, typer.Option("--channels", help=".npz, .npy, .mat or .h5; drawn at random without it.")]
Variable = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[CHANNEL=]NAME", help="What a channel is called in the file: H, sim.h, c{2}.h, or two: h_real,h_imag."
    ),
]
Axes = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[CHANNEL=]ORDER",
        help='The order of the axes in the file, "users antennas drops"; 1: to drop, parts: real and imaginary.',
    ),
]
Conjugate = Annotated[
    bool, typer.Option(help="In the file a user receives h^H w (--conjugate) or h^T w (--no-conjugate: simulators).")
]
Transpose = Annotated[bool, typer.Option("--transpose", help="Reverse the axes of the file's arrays.")]
Normalise = Annotated[
    bool, typer.Option("--normalise", help="Scale amplitudes by one factor to a mean |h|^2 of one over the file.")
]
SkipBlocked = Annotated[
    bool, typer.Option("--skip-blocked", help="Leave out users whose channel is zero or NaN, or the drops with them.")
]


def channel_file(
    inputs: "Mapping[str, Input]",
    file: Path | None,
    variable: list[str] | None,
    axes: list[str] | None,
    conjugate: bool,
    transpose: bool,
    normalise: bool,
    skip_blocked: bool,
) -> "ChannelFile | None":
    """The options as one; None where there is no file. Raises CommandError for options without a file, ValueError."""
    from beamwright.cli.axes import parse_axes
    from beamwright.cli.channels import ChannelFile
    from beamwright.cli.naming import parse_variables

    used = {
        "--variable": variable, "--axes": axes, "--no-conjugate": not conjugate, "--transpose": transpose,
        "--normalise": normalise, "--skip-blocked": skip_blocked,
    }  # fmt: skip
    if file is None:
        alone = [option for option, given in used.items() if given]
        if alone:
            raise CommandError(f"{' and '.join(alone)} must come with --channels FILE")
        return None
    if axes and transpose:
        raise CommandError("--axes must come without --transpose: it names the order of the axes in the file")
    names, orders = parse_variables(variable or [], list(inputs)), parse_axes(axes or [], inputs)
    return ChannelFile(file, names, conjugate, transpose, normalise, orders, skip_blocked)
