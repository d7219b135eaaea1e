"""Demands on a design by its method and options: access, shares, chains; every array of a design in closed form."""

from dataclasses import replace

import numpy as np

from beamwright.core import Config, Demands
from beamwright.systems.dma_noma.physics import (
    Access,
    Design,
    Known,
    Scenario,
    checked,
    closed_forms,
    guaranteed_rates,
)

CLOSED_FORMS = {"zero-forcing": closed_forms.zero_forcing, "focusing": closed_forms.focusing}
"""Methods without a search: computed again and compared."""
BOUND = {"tdma": ("share",), "quantised": ("bits",)}
"""Options that ``demanded`` binds to the arrays, by method."""
SCENERY = ("near_range_m", "far_range_m")
"""Parameters of the scenario that only shape what is drawn."""


def demanded(scenario: Scenario, known: Known, design: Design, method: str, options: Config) -> Demands:
    """Arrays that a design of this method and these options must hold, see ``core.contract.System``.

    Powers, amplitudes and beams of a search are judged by the certificate.
    """
    known, drops = checked(scenario, known), len(design.amplitudes)
    access = {"tdma": Access.TDMA, "fdma": Access.FDMA}.get(method, Access.NOMA)
    digital = method == "fully-digital" or scenario.feeding == "digital"
    share = np.full((drops, 2), 1.0 if access is Access.NOMA else 0.5)
    if getattr(options, "share", "halves") == "minimum":
        far_rates = guaranteed_rates(scenario, known, replace(design, share=share))[1]
        share = closed_forms.minimum_share(scenario, known, far_rates / 0.5)
    demands: Demands = {
        "access": np.full(drops, int(access)), "share": share, "digital": np.full(drops, int(digital)),
    }  # fmt: skip
    if access is not Access.TDMA:
        demands |= {"far_amplitudes": None, "far_beams": None}
    if digital:  # a chain per element needs no amplitudes
        demands |= {name: np.ones_like(design.amplitudes) for name in ("amplitudes", "far_amplitudes")
                    if demands.get(name, 0) is not None}  # fmt: skip
    elif (bits := getattr(options, "bits", None)) is not None:  # amplitudes of few levels
        demands["amplitudes"] = np.round(design.amplitudes * (2**bits - 1)) / (2**bits - 1)
    if method in CLOSED_FORMS:
        demands |= CLOSED_FORMS[method](scenario, known)._asdict()
    return demands
