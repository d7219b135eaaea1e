"""STAR-RIS surface design from statistical channel knowledge under phase noise."""
