"""What a design must hold that was asked for like that: access, shares of time or band, chains; all of closed forms."""

from dataclasses import replace
from typing import Any

import numpy as np

from beamwright.core import Config
from beamwright.systems.dma_noma.baselines import focusing, minimum_share, zero_forcing
from beamwright.systems.dma_noma.certificate import guaranteed
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.results import Access, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario

CLOSED_FORMS = {"zero-forcing": zero_forcing, "focusing": focusing}
"""Methods without a search: made again and compared."""
BOUND = {"tdma": ("share",)}
SCENERY = ("near_range_m", "far_range_m")


def asked(s: Scenario, known: Known, design: Design, method: str, options: Config) -> dict[str, Any]:
    """See ``core.contract.System.asked``. Powers, amplitudes and beams of a search are judged by the certificate."""
    drops = len(design.amplitudes)
    access = {"tdma": Access.TDMA, "fdma": Access.FDMA}.get(method, Access.NOMA)
    digital = method == "fully-digital" or s.feeding == "digital"
    share = np.full((drops, 2), 1.0 if access is Access.NOMA else 0.5)
    if getattr(options, "share", "halves") == "minimum":
        share = minimum_share(s, guaranteed(s, checked(s, known), replace(design, share=share))[1].sum(axis=-1) / 0.5)
    demands: dict[str, Any] = {
        "access": np.full(drops, int(access)), "share": share, "digital": np.full(drops, int(digital)),
    }  # fmt: skip
    if access is not Access.TDMA:
        demands |= {"far_amplitudes": None, "far_beams": None}
    if digital:  # a chain per element needs no amplitudes
        demands |= {name: np.ones_like(design.amplitudes) for name in ("amplitudes", "far_amplitudes")
                    if demands.get(name, 0) is not None}  # fmt: skip
    if method in CLOSED_FORMS:
        again = CLOSED_FORMS[method](s, known)
        demands |= {name: getattr(again, name) for name in ("amplitudes", "beams", "powers_w")}
    return demands
