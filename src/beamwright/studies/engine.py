"""The engine: computes what the store does not have yet, and stores each chunk the moment it is done.

An interrupted run loses the chunks in flight, nothing else: starting again finds the finished parts by name. A worker
that is killed loses them too, and they are tried again. One run at a time writes into a study's folder.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from beamwright import __version__
from beamwright.core import require, require_jax, require_memory
from beamwright.records import USABLE, Store, Study, held, note_run, to_table
from beamwright.studies.executors import make_executor
from beamwright.studies.plan import Chunk, load_system, make_plan
from beamwright.studies.registry import STUDIES
from beamwright.studies.worker import Outcome, compute

_TRIES = 3
"""How often a chunk is given to workers that end before they answer."""
WORKER_BYTES = 0.4e9
"""Memory of a worker process, at least: JAX and its compiler."""
_BROKEN = (
    " (worker processes end: out of memory, which a smaller --chunk or fewer --workers need less of, or a script that"
    ' starts workers without an `if __name__ == "__main__":` guard)'
)


@dataclass(frozen=True)
class Progress:
    """Progress of a run; a *design* is one drop at one point of one curve."""

    study: str
    designs: int
    """Designs in the whole study."""
    reused: int
    """Designs found in the store."""
    computed: int
    """Designs computed by this run so far."""
    failed: int
    """Computed designs that are infeasible, stalled or have a rank gap. They are kept, and shown in the report."""
    seconds: float
    """Since this run began computing."""
    damaged: int = 0
    """Stored parts that were found damaged, and are computed again."""
    retried: int = 0
    """Chunks that were tried again, so far, because a worker process ended."""

    @property
    def fraction(self) -> float:
        """Share of the study that is stored."""
        return (self.reused + self.computed) / self.designs

    @property
    def rate(self) -> float:
        """Designs per second in this run."""
        return self.computed / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the present rate; None before the first chunk is done."""
        left = self.designs - self.reused - self.computed
        return left / self.rate if self.rate > 0 else (None if left else 0.0)


def run(
    study: Study | str,
    out: str | Path,
    drops: int | None = None,
    seed: int = 0,
    workers: int = 1,
    chunk: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
) -> Path:
    """Run a study (or the rest of it) and return the folder of its records, ``out / study.name``.

    Args:    study a ``Study`` or the name of one in ``STUDIES``; drops channels per point (default: the study's);
             seed of all draws; workers processes that share the cores (one alone uses all of them); chunk drops per
             part; progress called at the start and after each chunk; executor any ``concurrent.futures.Executor``
             instead of our own (then workers is how many chunks may be in flight).
    Returns: the folder, ready for ``beamwright.report.write``.
    Raises:  ValueError for an unknown study, a bad size, or a folder that another run writes into; RuntimeError naming
             the chunk if its computation fails, or if the workers that have it end three times (whatever was stored
             before stays, and is not computed again). Infeasible or stalled drops are records, not errors.
    """
    require_jax()
    require(workers >= 1, "workers", "be >= 1", workers)
    if executor is None:
        require_memory(WORKER_BYTES * workers, workers=workers)
    study = find_study(study) if isinstance(study, str) else study
    drops = study.drops if drops is None else drops
    plan = make_plan(study, drops, seed, study.chunk if chunk is None else chunk)
    store = Store(Path(out) / study.name)
    with held(store.folder):
        _complete(store, study, seed, drops, plan, workers, progress or (lambda _: None), executor)
    return store.folder


def _complete(
    store: Store, study: Study, seed: int, drops: int, plan: list[Chunk], workers: int,
    progress: Callable[[Progress], None], executor: Executor | None,
) -> None:  # fmt: skip
    """Compute and store what the store lacks of the plan."""
    store.declare(study, seed, drops, [part.name for part in plan])
    missing = [part for part in plan if not store.has(part.name)]
    damaged = len(store.damaged([part.name for part in missing]))
    note_run(store.folder, __version__, seed=seed, drops=drops, workers=workers, chunks_to_compute=len(missing))

    designs = sum(part.drops for part in plan)
    reused = designs - sum(part.drops for part in missing)
    computed = failed = retried = 0
    start = time.perf_counter()

    def report() -> None:
        seconds = time.perf_counter() - start if computed else 0.0
        progress(Progress(study.name, designs, reused, computed, failed, seconds, damaged, retried))

    report()
    own = make_executor(min(workers, max(1, len(missing)))) if executor is None else None
    try:
        for part, outcome in _completed(own or executor, missing, workers):
            if outcome is None:
                retried += 1
            else:
                _store(store, part, outcome)
                computed += part.drops
                failed += sum(status not in USABLE for status in outcome.status)
            report()
    except BaseException:
        if own is not None:
            own.abandon()
        raise
    if own is not None:
        own.shutdown()


def find_study(name: str) -> Study:
    """The registered study of that name. Raises ValueError listing the names there are."""
    require(name in STUDIES, "study", f"be one of {', '.join(STUDIES)}", name)
    return STUDIES[name]


def _completed(pool: Any, chunks: list[Chunk], window: int) -> Iterator[tuple[Chunk, Outcome | None]]:
    """Chunks with their outcomes as they finish, at most ``window`` in flight; None for one that is tried again."""
    waiting, tries = deque(chunks), Counter[str]()
    flying: dict[Future[Outcome], Chunk] = {}
    while waiting or flying:
        while waiting and len(flying) < window:
            chunk = waiting.popleft()
            flying[pool.submit(compute, chunk)] = chunk
        done, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in done:
            chunk, error = flying.pop(future), future.exception()
            tries[chunk.name] += 1
            if error is None:
                yield chunk, future.result()
            elif isinstance(error, BrokenExecutor) and tries[chunk.name] < _TRIES:
                waiting.appendleft(chunk)
                yield chunk, None
            else:
                raise _failure(chunk, error) from error


def _failure(chunk: Chunk, error: BaseException) -> RuntimeError:
    where = f"{chunk.study}/{chunk.curve} at {dict(chunk.point)}, drops {chunk.first}+{chunk.drops}"
    remedy = _BROKEN if isinstance(error, BrokenExecutor) else ""
    return RuntimeError(f"{where}: {type(error).__name__}: {error}{remedy}")


def _store(store: Store, chunk: Chunk, outcome: Outcome) -> None:
    labels = {
        "study": chunk.study,
        "system": load_system(chunk.system).name,
        "curve": chunk.curve,
        "method": chunk.method,
        "mode": chunk.mode,
    }
    table = to_table(labels, chunk.seed, chunk.point, chunk.first, outcome.status, outcome.values)
    timing = {"seconds": outcome.seconds, "finished": datetime.now(UTC).isoformat(timespec="seconds")}
    store.add(chunk.name, chunk.what, table, timing)
