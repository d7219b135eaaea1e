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
    responses,
    verify_rate,
)
from beamwright.systems.dma_noma.types import Network, polar

CLOSED_FORMS = {"zero-forcing": closed_forms.zero_forcing, "focusing": closed_forms.focusing}
"""Methods without a search: computed again and compared."""
NETWORKS = {"fully-digital": Network.DIGITAL, "phase-shifters": Network.SHIFTERS}
"""Methods that have a network of their own between chains and elements."""
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
    network = NETWORKS.get(method, responses.network_of(scenario))
    share = np.full((drops, 2), 1.0 if access is Access.NOMA else 0.5)
    if getattr(options, "share", "halves") == "minimum":
        far_rates = verify_rate(scenario, known, replace(design, share=share)).far_rates
        share = closed_forms.minimum_share(scenario, known, far_rates / 0.5)
    demands: Demands = {
        "access": np.full(drops, int(access)), "share": share, "network": np.full(drops, int(network)),
    }  # fmt: skip
    if access is not Access.TDMA:
        demands |= {"far_amplitudes": None, "far_beams": None, "far_phases_rad": None}
    if responses.law_of(scenario, network) == "amplitude":
        demands |= {"phases_rad": None, "far_phases_rad": None}
    if network is Network.DIGITAL:  # a chain per element needs no amplitudes
        demands |= {name: np.ones_like(design.amplitudes) for name in ("amplitudes", "far_amplitudes")
                    if demands.get(name, 0) is not None}  # fmt: skip
    elif (bits := getattr(options, "bits", None)) is not None:  # amplitudes of few levels
        demands["amplitudes"] = np.round(design.amplitudes * (2**bits - 1)) / (2**bits - 1)
    if method in CLOSED_FORMS:
        amplitudes, phases_rad = polar((form := CLOSED_FORMS[method](scenario, known)).responses)
        demands |= {"amplitudes": amplitudes, "phases_rad": phases_rad, "beams": form.beams, "powers_w": form.powers_w}
    return demands
