"""Executors of chunks: this process, worker processes, or anything that is a ``concurrent.futures.Executor``.

A cluster comes for free: ``distributed.Client(...).get_executor()`` is such an executor.
"""

import os
import signal
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any

from beamwright.numerics import THREADS, threads


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

    def abandon(self) -> None:
        """Nothing is under way."""


class Workers(Executor):
    """Fresh processes (JAX is not safe to fork), each with its share of the cores.

    The end of one is the end of its pool: all chunks in flight fail with ``BrokenExecutor``, the next finds a new pool.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._fresh()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """A future that a worker fulfils."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self.abandon()
            self._pool = self._fresh()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers end."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def abandon(self) -> None:
        """End the workers now, with what they compute."""
        for process in list((getattr(self._pool, "_processes", None) or {}).values()):
            process.kill()
        self._pool.shutdown(cancel_futures=True)  # now a matter of milliseconds

    def _fresh(self) -> ProcessPoolExecutor:
        share = str(max(1, threads() // self._workers))
        spawn = get_context("spawn")
        return ProcessPoolExecutor(self._workers, mp_context=spawn, initializer=_start, initargs=(share,))


def make_executor(workers: int) -> InProcess | Workers:
    """This process for one worker, else a pool of them."""
    return InProcess() if workers == 1 else Workers(workers)


def _start(share: str) -> None:
    """A worker's first act: its share of the cores. Ctrl-C is its parent's affair, and when that ends, it ends too."""
    os.environ[THREADS] = share
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # of NumPy and its like: a worker speaks by its records
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
