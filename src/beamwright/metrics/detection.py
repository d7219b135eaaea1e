"""Detection of a target by its echo, and the SINR that a demand on it takes.

The envelope of the filtered echo is compared with a threshold; interference and noise are Gaussian.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chndtrinc

from beamwright.core import numbers, require

Target = Literal["steady", "fluctuating"]
"""An echo of one amplitude and unknown phase; or of Rayleigh amplitude (Swerling I), whose mean power counts."""


def detection_probability(sinr: ArrayLike, false_alarm: float, target: Target = "fluctuating") -> np.ndarray:
    """Probability that a target is detected, elementwise, for a radar SINR and a probability of false alarm.

        fluctuating   P_d = P_fa^(1 / (1 + SINR))
        steady        P_d = Q_1(sqrt(2 SINR), sqrt(-2 ln P_fa)),   Marcum's Q

    Raises: ValueError naming the argument: sinr must be >= 0, false_alarm between 0 and 1.
    Source: textbook; J. I. Marcum 1960, P. Swerling 1960.
    """
    sinr = numbers(sinr, "sinr")
    require(bool(np.all(sinr >= 0)), "sinr", "be >= 0", sinr.min(initial=0))
    _require_probability(false_alarm, "false_alarm")
    _require_target(target)
    if target == "fluctuating":
        return np.exp(np.log(false_alarm) / (1 + sinr))
    from scipy.stats import ncx2  # half of what importing a system would cost

    return np.asarray(ncx2.sf(-2 * np.log(false_alarm), 2, 2 * sinr))


def required_radar_sinr(detection: float, false_alarm: float, target: Target = "fluctuating") -> float:
    """Least radar SINR, linear, at which a target is detected with a probability: inverse of ``detection_probability``.

    A design whose least radar SINR is required (``radar_sinr_db`` of ``cellfree``) detects whatever the offsets.

    Raises: ValueError naming the argument; detection must be at least false_alarm.
    """
    _require_probability(detection, "detection")
    _require_probability(false_alarm, "false_alarm")
    _require_target(target)
    require(detection >= false_alarm, "detection", f"be at least false_alarm ({false_alarm:g})", detection)
    if target == "fluctuating":
        return float(np.log(false_alarm) / np.log(detection) - 1)
    return float(chndtrinc(-2 * np.log(false_alarm), 2, 1 - detection) / 2)


def _require_probability(value: float, name: str) -> None:
    require(bool(0 < value < 1), name, "be between 0 and 1", value)


def _require_target(target: str) -> None:
    require(target in ("steady", "fluctuating"), "target", "be 'steady' or 'fluctuating'", repr(target))
