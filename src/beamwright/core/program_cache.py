"""JAX's persistent compilation cache: what one process compiled, the next one loads.

The folder is, in this order: the caller's choice (``--cache-dir``), ``BEAMWRIGHT_CACHE_DIR``, JAX's own
``JAX_COMPILATION_CACHE_DIR``, ``$XDG_CACHE_HOME/beamwright``, ``~/.cache/beamwright``. ``off`` switches the cache off.
Compiled code is only as portable as the processor it was made for, so each kind of machine has a folder of its own
below that.
"""

import hashlib
import os
import platform
import warnings
from pathlib import Path

OFF = "off"


def cache_folder(choice: str | None = None) -> Path | None:
    """Folder of compiled programs; None when the cache is switched off. Creates nothing."""
    chosen = choice or os.environ.get("BEAMWRIGHT_CACHE_DIR")
    if chosen == OFF:
        return None
    if not chosen and os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        return Path(os.environ["JAX_COMPILATION_CACHE_DIR"])
    if chosen:
        root = Path(chosen).expanduser()
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "beamwright"
    return root / f"jax-{_machine()}"


def keep_programs(choice: str | None = None) -> Path | None:
    """Point JAX at the folder, here and (through the environment) in worker processes; None when there is no cache.

    A folder that cannot be written costs compile time, nothing else, so it is not an error.
    """
    import jax

    folder = cache_folder(choice)
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    settings = {
        "jax_compilation_cache_dir": str(folder),
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }
    # A process that was killed while it wrote leaves a torn entry, which JAX finds out and does without.
    warnings.filterwarnings("ignore", "Error reading persistent compilation cache entry")
    for name, value in settings.items():
        jax.config.update(name, value)
        os.environ[name.upper()] = str(value)
    return folder


def _machine() -> str:
    """A short name of this kind of processor: architecture and a hash of what it can do."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        features = next(line for line in lines if line.lower().startswith(("flags", "features")))
    except (OSError, StopIteration):
        features = platform.processor()
    return f"{platform.machine()}-{hashlib.sha256(features.encode()).hexdigest()[:8]}"
