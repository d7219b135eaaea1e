"""Random scenarios against what must hold whatever the numbers: ``python -m tests.fuzz`` (``make fuzz``).

A case is drawn from the ranges that the scenario and options models state, extremes included, and must end in a design
whose certificate is confirmed, that is finite where it is accepted, and that does not depend on the order of users, on
units or on neighbours in a batch; or in one line that names an argument. Every case is a number: same seed, same case.
"""
