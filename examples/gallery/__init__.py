"""A picture for every problem of the zoo: ``python -m examples.gallery``."""
