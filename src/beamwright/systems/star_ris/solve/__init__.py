"""Search: surfaces by Riemannian conjugate gradient, precoders by fixed points. It knows the physics, not the audit."""

from beamwright.systems.star_ris.solve.alternation import (
    Lanes,
    SearchOptions,
    alternate,
    best_of,
    largest_rate,
    least_interference,
)
from beamwright.systems.star_ris.solve.precoders import (
    Closed,
    ForLeast,
    ForSum,
    Kind,
    PrecoderRule,
    Precoding,
    precoder,
    precoder_rule,
)
from beamwright.systems.star_ris.solve.search import search_surfaces, start_point
from beamwright.systems.star_ris.solve.start import random_start, start_surface

__all__ = [
    "Closed",
    "ForLeast",
    "ForSum",
    "Kind",
    "Lanes",
    "PrecoderRule",
    "Precoding",
    "SearchOptions",
    "alternate",
    "best_of",
    "largest_rate",
    "least_interference",
    "precoder",
    "precoder_rule",
    "random_start",
    "search_surfaces",
    "start_point",
    "start_surface",
]
