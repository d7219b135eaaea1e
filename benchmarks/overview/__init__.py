"""One table of all systems: ours beside a peer, first answers of fresh processes, memory, a history of ratios."""
