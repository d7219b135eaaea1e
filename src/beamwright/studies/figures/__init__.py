"""The studies of each paper, a package per system, a file per figure."""
