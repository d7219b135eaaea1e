"""The commands as a user sees them; what they do is in the modules beside this one, imported when called."""

from pathlib import Path
from typing import Annotated

import typer

from beamwright.cli import channel_options

app = typer.Typer(
    name="beamwright",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

channels_app = typer.Typer(no_args_is_help=True, help="Channels in files.")
app.add_typer(channels_app, name="channels")

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help="A system by name, e.g. noma-isac.")]
Drops = Annotated[int | None, typer.Option(min=1, max=2**32 - 1, help="Channels per point; default: the study's.")]
Seed = Annotated[
    int, typer.Option(min=0, max=2**63 - 1, help="Of the random key; drop i depends on the seed and on i only.")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter or an option; may be repeated.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from beamwright import __version__

        typer.echo(f"beamwright {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    cache_dir: Annotated[
        str | None,
        typer.Option(envvar="BEAMWRIGHT_CACHE_DIR", help="Where compiled programs are kept; 'off': nowhere."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Certified, batched, robust beamforming: design, verify, reproduce."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    elif context.invoked_subcommand not in ("list", "show", "report", "channels"):
        import beamwright.systems  # noqa: F401  (switches JAX to double precision)
        from beamwright.core import require_jax
        from beamwright.core.program_cache import keep_programs

        require_jax()
        keep_programs(cache_dir)


@app.command("list")
def list_() -> None:
    """Systems, methods and studies."""
    from beamwright.cli.listing import list_all

    list_all()


@app.command()
def show(system: SystemName) -> None:
    """Every parameter of a system and every option of its methods: unit, default, range, source."""
    from beamwright.cli.listing import show_system

    show_system(system)


@app.command()
def design(
    system: SystemName,
    method: Annotated[str | None, typer.Option(help="A method of the system; default: its first.")] = None,
    settings: Settings = None,
    scenario: Annotated[Path | None, typer.Option(help="A YAML file of parameters; --set wins over it.")] = None,
    channels: channel_options.File = None,
    variable: channel_options.Variable = None,
    axes: channel_options.Axes = None,
    conjugate: channel_options.Conjugate = True,
    transpose: channel_options.Transpose = False,
    normalise: channel_options.Normalise = False,
    skip_blocked: channel_options.SkipBlocked = False,
    drops: Annotated[
        int | None,
        typer.Option(min=1, help="Realisations to draw; with --channels, random groups of the file's users."),
    ] = None,
    seed: Seed = 0,
    checkpoint: Annotated[
        Path | None, typer.Option(help="policy.eqx of beamwright train; its scenario counts.")
    ] = None,
    rows: Annotated[int, typer.Option(min=0, help="Drops to print.")] = 10,
    out: Annotated[Path, typer.Option(help="Folder for design.npz and design.json.")] = Path("design-out"),
) -> None:
    """Design beams, with a certificate, for channels from a file or drawn at random."""
    from beamwright.cli.channel_options import channel_file
    from beamwright.cli.design import obtain_channels, resolve, run_design
    from beamwright.cli.settings import parse_settings

    job = resolve(system, method, parse_settings(settings or []), scenario, checkpoint, conjugate)
    source = channel_file(job.system.channels, channels, variable, axes, conjugate, transpose, normalise, skip_blocked)
    run_design(job, obtain_channels(job.system, job.scenario, source, drops, seed), out, rows)


@channels_app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help=".npz, .npy, .mat or .h5.")],
    variable: Annotated[
        str | None, typer.Option(metavar="NAME", help="The channel; default: h, or the only one.")
    ] = None,
    axes: Annotated[str | None, typer.Option(metavar="ORDER", help='Its axes, e.g. "antennas users".')] = None,
    conjugate: channel_options.Conjugate = True,
) -> None:
    """Contents of a channel file: arrays, gains, blocked users; mirrored angles, where users' positions are known."""
    from beamwright.cli.inspection import inspect_file

    inspect_file(file, variable, axes, conjugate)


@app.command()
def train(
    system: SystemName,
    agent: Annotated[str, typer.Option(help="An agent of the system, e.g. ddpg, meta or amortised.")] = "amortised",
    settings: Settings = None,
    scenario: Annotated[Path | None, typer.Option(help="A YAML file of parameters; --set wins over it.")] = None,
    channels: channel_options.File = None,
    variable: channel_options.Variable = None,
    axes: channel_options.Axes = None,
    conjugate: channel_options.Conjugate = True,
    transpose: channel_options.Transpose = False,
    normalise: channel_options.Normalise = False,
    skip_blocked: channel_options.SkipBlocked = False,
    drops: Annotated[
        int | None, typer.Option(min=1, help="Channels to draw, 4096 by default; with one it is fixed.")
    ] = None,
    seed: Seed = 0,
    out: Annotated[Path, typer.Option(help="Folder for the policy and its learning curve.")] = Path("train-out"),
) -> None:
    """Train an agent on many channels; started again in the same folder, a stopped training goes on."""
    from beamwright.cli.channel_options import channel_file
    from beamwright.cli.design import obtain_channels
    from beamwright.cli.settings import parse_settings
    from beamwright.cli.train import DRAWN_DROPS, resolve, run_training

    job = resolve(system, agent, parse_settings(settings or []), scenario, conjugate)
    source = channel_file(job.system.channels, channels, variable, axes, conjugate, transpose, normalise, skip_blocked)
    count = drops or (None if channels else DRAWN_DROPS)
    run_training(job, obtain_channels(job.system, job.scenario, source, count, seed), out)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="design.npz, or the folder it is in.")],
    strict: Annotated[bool, typer.Option("--strict", help="Also fail where a drop has no accepted design.")] = False,
) -> None:
    """Recompute the certificate of a design file from its arrays; exit code 1 and the wrong line if it differs."""
    from beamwright.cli.verify import verify_file

    wrong = verify_file(file, strict)
    if wrong:
        lines = "; ".join(f"{check.name}: {check.finding}" for check in wrong)
        typer.echo(f"beamwright: {file} does not verify: {lines}", err=True)
        raise typer.Exit(1)


@app.command()
def study(
    names: Annotated[list[str], typer.Argument(metavar="STUDY...", help="Studies by name, e.g. noma-isac/fig5.")],
    drops: Drops = None,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes to share the cores, which one alone uses all.")] = 1,
    chunk: Annotated[int | None, typer.Option(min=1, help="Drops computed and stored at a time.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of all records.")] = Path("runs"),
) -> None:
    """Compute the records of a figure or table; what is stored already is not computed again."""
    from beamwright.cli.study import run_studies

    run_studies(names, drops, seed, workers, chunk, out)


@app.command()
def report(
    runs: Annotated[Path, typer.Argument(help="Folder of records, as written by study.")] = Path("runs"),
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path("report.html"),
) -> None:
    """One self-contained page of all studies in a folder: figures, tables, claims, provenance."""
    from beamwright.cli.tables import console, tell
    from beamwright.report import write

    tell(console(), f"report: {write(runs, output)}")


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder for the design, the records and the page.")] = Path("demo-out"),
    data: Annotated[Path | None, typer.Option(help="Channels; default: the Munich street scene of a checkout.")] = None,
    groups: Annotated[int, typer.Option(min=1, help="Random user groups to design for.")] = 50,
    drops: Annotated[int, typer.Option(min=1, help="Channels per point of the studies.")] = 8,
) -> None:
    """The main job on ray-traced channels, in minutes: design, verify, reproduce figures, report."""
    from beamwright.cli.demo import play

    common_options = ["--cache-dir", context.obj] if context.obj else []
    play(lambda command: app([*common_options, *command], standalone_mode=False), out, data, groups, drops)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Our solver against its peers on this machine (python -m benchmarks in a checkout; options are passed on)."""
    from beamwright.cli.bench import run_benchmarks

    raise typer.Exit(run_benchmarks(context.args))


@app.command()
def doctor(context: typer.Context) -> None:
    """Versions, precision, devices, cache, extras, and a tiny design with its certificate."""
    from beamwright.cli.doctor import examine

    raise typer.Exit(0 if examine(context.obj) else 1)
