"""Termination by signals: soon, with one line, and without a crash on the way out.

Python tells the main thread of Ctrl-C when that comes back from the compiler, and other people's code may swallow what
is raised then. So a thread of its own listens too, and ends the process where the main thread has not done so in time.
Files are whole at any moment (``records.files``), so nothing is lost by leaving at once; a compiler that runs on while
Python takes itself apart would crash.
"""

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any, NoReturn

GRACE_S = 2.0
"""Seconds that the main thread has for cleaning up."""
_WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
_leaving = threading.Event()
_told: signal.Signals | None = None


def listen() -> None:
    """Let Ctrl-C and SIGTERM end this process. For the main thread of a program, not of a library."""
    for number in _WORDS:
        if signal.getsignal(number) != signal.SIG_IGN:  # a shell's wish for what runs in the background
            signal.signal(number, _raise)
    others = sys.unraisablehook

    def hook(lost: Any) -> None:
        """An interruption that a callback of the compiler swallows is no news: the thread below ends the process."""
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            others(lost)

    sys.unraisablehook = hook
    if os.name != "posix":  # no pipe can be woken
        return
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(read,), daemon=True).start()


def verdict() -> tuple[str, int]:
    """The word for what ended the command, and its exit code: 130 for Ctrl-C, 143 for SIGTERM."""
    number = _told or signal.SIGINT
    return _WORDS[number], 128 + number


def leave(code: int) -> NoReturn:
    """End the process now: no thread, compiler or worker is waited for. What was to be said has been said."""
    _leaving.set()
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def _raise(number: int, frame: object) -> None:
    global _told
    if _told is None:  # who insists does not disturb the cleaning up
        _told = signal.Signals(number)
        raise KeyboardInterrupt


def _watch(read: int) -> None:
    number = 0
    while number not in _WORDS:
        number = os.read(read, 1)[0]
    if not _leaving.wait(GRACE_S):
        with suppress(OSError):
            os.write(2, f"beamwright: {_WORDS[signal.Signals(number)]}\n".encode())
        os._exit(128 + number)
