"""Methods: designs by search, comparisons and baselines; each designs by ``solve`` and is then judged by ``audit``."""

from beamwright.systems.star_ris.methods.baselines import demanded, no_surface, random_surface, reflecting_only, run_sca
from beamwright.systems.star_ris.methods.interference import minimise_interference
from beamwright.systems.star_ris.methods.majorise import majorise_minimise
from beamwright.systems.star_ris.methods.rates import maximise_min_rate, maximise_sum_rate

__all__ = [
    "demanded",
    "majorise_minimise",
    "maximise_min_rate",
    "maximise_sum_rate",
    "minimise_interference",
    "no_surface",
    "random_surface",
    "reflecting_only",
    "run_sca",
]
