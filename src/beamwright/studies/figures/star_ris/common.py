"""Shared parts of the STAR-RIS studies: the paper, axes, metrics."""

from beamwright.records import Axis, Metric

SYSTEM = "beamwright.systems.star_ris"
MEASURES = "beamwright.studies.figures.star_ris.measures"
SOURCE = (
    "A. B. M. Adam, M. A. M. Elhassan, E. M. Diallo and M. A. Ouamri, “Interference Mitigation in STAR-RIS-Aided "
    "Multi-User Networks with Statistical CSI”, manuscript."
)
NOTE = (
    "The source gives neither geometry, powers nor precoder, so this judges its statements on the scene of the "
    "specification, not its curves. One kind of precoder per curve, recomputed for the final phases."
)
ELEMENTS = Axis(name="elements", label="Surface elements")
SNR = Axis(name="snr_db", label="Power over noise power", unit="dB")
SUM_RATE = Metric(name="sum_rate", label="Sum rate", unit="bit/s/Hz")
RATES = (
    SUM_RATE,
    Metric(name="min_rate", label="Least rate", unit="bit/s/Hz"),
    Metric(name="interference_db", label="Interference over noise", unit="dB"),
    Metric(name="iterations", label="Iterations"),
)
