"""Every study there is, by name: those of the papers, and those that installed packages bring with a system."""

from collections.abc import Iterator
from importlib import import_module

from beamwright.records import Study
from beamwright.studies.figures import cellfree, dma_noma, noma_isac, star_ris
from beamwright.systems import installed


def _brought() -> Iterator[Study]:
    """Studies of other packages; one that cannot be imported is told of where its system is asked for."""
    for module in installed().values():
        try:
            yield from getattr(import_module(module), "STUDIES", ())
        except Exception:  # whatever a package of somebody else does must not hide the papers' studies
            continue


STUDIES: dict[str, Study] = {
    study.name: study
    for study in (*_brought(), *noma_isac.STUDIES, *star_ris.STUDIES, *dma_noma.STUDIES, *cellfree.STUDIES)
}
