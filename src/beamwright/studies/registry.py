"""Every study there is, by name."""

from beamwright.records import Study
from beamwright.studies.figures import cellfree, dma_noma, noma_isac, star_ris

STUDIES: dict[str, Study] = {
    study.name: study for study in (*noma_isac.STUDIES, *star_ris.STUDIES, *dma_noma.STUDIES, *cellfree.STUDIES)
}
