"""Search: surfaces by Riemannian conjugate gradient, precoders by fixed points. It knows the physics, not the audit."""
