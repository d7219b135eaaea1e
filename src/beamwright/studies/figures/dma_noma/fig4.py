"""Figure 4 of the paper: what moving a near user does to its channel, and bounds on it."""

from beamwright.studies.figures.dma_noma.channel_errors import channel_errors

STUDY = channel_errors("fig4", "near", "near user, 10 m")
