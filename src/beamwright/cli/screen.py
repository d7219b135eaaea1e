"""Standard output that cannot stop the work: what a console lacks is replaced, and nobody has to read to the end."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class Screen(io.TextIOBase):
    """A text stream over another. Writing never fails; why it ended, if it did, is in ``failure``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream below."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def fileno(self) -> int:
        """That of the stream below."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Whether a person is looking."""
        return self._stream.isatty()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Write what can be written: letters that the console lacks become question marks."""
        if self.failure is None:
            try:
                self._put(text)
            except OSError as error:
                self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """Show it now."""
        if self.failure is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._give_up(error)

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            self._stream.write(text.encode(self.encoding, "replace").decode(self.encoding))

    def _give_up(self, error: OSError) -> None:
        """Discard all further output, and what is still waiting in buffers."""
        self.failure = error
        with suppress(OSError), open(os.devnull, "w") as void:
            os.dup2(void.fileno(), self._stream.fileno())


@contextmanager
def as_screen() -> Iterator[Screen]:
    """Standard output as a ``Screen`` within the block."""
    before = sys.stdout
    screen = Screen(before)
    sys.stdout = screen  # type: ignore[assignment]
    try:
        yield screen
    finally:
        screen.flush()
        sys.stdout = before


def lost(screen: Screen) -> str:
    """Why standard output is not complete, in a line; empty when it is, or when its reader simply went away."""
    if screen.failure is None or screen.failure.errno == errno.EPIPE:
        return ""
    return f"standard output: {screen.failure.strerror or screen.failure}; files are written as asked"
