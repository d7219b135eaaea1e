"""Check that JAX can compute: double precision, a device, no forked copy of a process that used it."""

import os
import sys

import jax

_found = False
"""A device has answered in this process."""
_forked = False
"""This process is a copy, by ``fork``, of one in which JAX's threads were running: they are not in the copy."""


def require_jax() -> None:
    """Refuse to compute where numbers would be wrong, or never come. Cheap once a device has been found.

    Raises: ValueError naming ``jax_enable_x64`` when JAX computes in single precision, or ``JAX_PLATFORMS`` when there
        is no such device; RuntimeError in a process forked after JAX was used, where JAX waits for ever.
    """
    global _found
    if _forked:
        raise RuntimeError(
            "JAX was used before this process was forked, and would wait for ever for threads that the copy lacks; "
            'start processes by multiprocessing.get_context("spawn"), or fork before the first design'
        )
    if not jax.config.jax_enable_x64:  # type: ignore[attr-defined]
        raise ValueError(
            "jax_enable_x64 must be True, as beamwright.systems sets it, got False. Certificates do not exist in "
            'single precision: jax.config.update("jax_enable_x64", True)'
        )
    if not _found:
        _find_device()
        _found = True


def _find_device() -> None:
    """Start JAX. Whatever it raises where it finds no device (an AssertionError without text, for one) is explained."""
    try:
        jax.devices()
    except Exception as error:
        asked = jax.config.jax_platforms  # type: ignore[attr-defined]
        reason = " ".join(str(error).split()) or "no device answers"
        raise ValueError(
            f"JAX_PLATFORMS must name devices of this machine, got {asked!r} ({reason}). "
            "Unset it, or set JAX_PLATFORMS=cpu"
        ) from None


def _note_fork() -> None:
    global _forked
    bridge = sys.modules.get("jax._src.xla_bridge")
    started = getattr(bridge, "backends_are_initialized", None)
    _forked = _found or bool(started is not None and started())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
