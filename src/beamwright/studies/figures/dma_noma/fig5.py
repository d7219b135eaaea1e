"""Figure 5 of the paper: what moving a far user does to its channel, and bounds on it."""

from beamwright.studies.figures.dma_noma.channel_errors import channel_errors

STUDY = channel_errors("fig5", "far", "far user, 15 m")
