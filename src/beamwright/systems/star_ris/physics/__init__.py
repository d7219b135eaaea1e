"""Physics: exact moments of the channel and what follows from them. It knows no search."""
