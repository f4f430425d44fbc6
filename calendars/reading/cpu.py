"""Ends work that takes too long, wherever it is: a rule in a file can keep the library busy for years."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .errors import ReadingError


@contextmanager
def limit_cpu(seconds: float) -> Iterator[None]:
    """Raises ReadingError `too_slow` in the body after these seconds of the processor's time.

    Only in a process' main thread, which is where workers do their tasks: others can't be interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise ReadingError("too_slow")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
