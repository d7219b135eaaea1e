"""Methods: one file per question, its options and its function; a design by solve, then its audit."""
