"""Audit: certificate, bound, scorecard and demands from the arrays of a design; it does not know the search."""
