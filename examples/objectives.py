"""Three objectives on the same scenes: the weighted sum of rates, the least rate, the rate per watt; recipes beside."""

import jax
import numpy as np

from beamwright import dma_noma as dn

scenario = dn.Scenario(columns=16, power_dbm=37.0, position_error_m=0.05)
known = dn.draw(scenario, jax.random.key(0), drops=4).known
designs = {
    objective: dn.maximise_guaranteed_rate(scenario, known, objective=objective)
    for objective in ("weighted-sum", "max-min", "energy-efficiency")
} | {"zero-forcing": dn.zero_forcing(scenario, known), "focusing": dn.focusing(scenario, known)}

print(f"{'':>18}  sum rate  least rate  bit/s/Hz/W  power")
for name, design in designs.items():
    proof = design.certificate
    least = np.minimum(proof.verified_near_rates, proof.verified_far_rates).min(axis=-1)
    row = proof.verified_sum_rate, least, proof.verified_energy_efficiency, design.powers_w.sum(axis=(1, 2))
    print(f"{name:>18} ", "  ".join(f"{np.mean(value):8.3f}" for value in row), "W")
