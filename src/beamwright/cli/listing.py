"""``list`` and ``show``: what there is, and every parameter of it."""

from beamwright.cli.settings import find
from beamwright.cli.tables import console, parameters, table
from beamwright.core import Input


def list_all() -> None:
    """Systems with their methods, and studies."""
    from beamwright.studies import STUDIES
    from beamwright.systems import SYSTEMS

    out = console()
    for name in SYSTEMS:
        try:
            system = SYSTEMS[name]
        except ValueError as error:  # a package of somebody else: it must not hide the others
            out.print(f"[bold]{name}[/bold]", error, soft_wrap=True)
            continue
        out.print(f"[bold]{system.name}[/bold]  {system.title}\n  {system.source}\n", soft_wrap=True)
        out.print(table("methods", ("name", "what it does"), ((m.name, m.summary) for m in system.methods.values())))
    out.print(table("studies", ("name", "what it shows"), ((name, study.title) for name, study in STUDIES.items())))
    out.print("beamwright show SYSTEM explains every parameter; beamwright study NAME runs a study.")


def show_system(name: str) -> None:
    """The scenario's parameters and each method's options: unit, default, range, description, source."""
    from beamwright.systems import SYSTEMS

    system = find("system", name, SYSTEMS)
    out = console()
    out.print(f"[bold]{system.name}[/bold]  {system.title}\n  {system.source}\n", soft_wrap=True)
    out.print(parameters("scenario (--set NAME=VALUE or --scenario FILE.yaml)", system.scenario))
    rows = [(name, _axes(given), given.kind, given.unit) for name, given in system.channels.items()]
    out.print(table("channels (--channels FILE)", ("name", "axes", "kind", "unit"), rows))
    for method in system.methods.values():
        out.print(f"[bold]--method {method.name}[/bold]  {method.summary}", soft_wrap=True)
        if method.options.model_fields:
            out.print(parameters("", method.options))


def _axes(given: Input) -> str:
    """Axes in order; in brackets those that are left out where there is one of it."""
    return " ".join(f"({axis})" if axis in given.alone.split() else axis for axis in given.axes.split())
