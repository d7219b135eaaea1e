"""Where chunks are computed: here, in worker processes, or anywhere with a ``concurrent.futures.Executor``.

A cluster comes for free: ``distributed.Client(...).get_executor()`` is such an executor.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any

from beamwright.optim.tiles import THREADS, threads


class InProcess(Executor):
    """Computes on submission, in this process: no pool, no pickling, plain tracebacks."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """A future that is done when this returns."""
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def make_executor(workers: int) -> Executor:
    """This process for one worker, else a pool of fresh processes (JAX is not safe to fork)."""
    if workers == 1:
        return InProcess()
    share = str(max(1, threads() // workers))
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start, initargs=(share,))


def _start(share: str) -> None:
    """A worker's first act: its share of the cores. And one whose parent is killed ends, not waiting on its queue."""
    os.environ[THREADS] = share
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
