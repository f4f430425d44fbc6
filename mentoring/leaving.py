"""A web server that is asked to end says so first, and goes on answering until the proxies in front have heard it.

Gunicorn alone ends at once: what has just reached its socket is cut off, and nobody can know whether it was done.
"""

import mmap

# One byte that gunicorn's workers share with the process that they are copies of.
_MARK = mmap.mmap(-1, 1)


def is_leaving() -> bool:
    return _MARK[0] == 1


def announce_leaving(*, leaving: bool = True) -> None:
    _MARK[0] = int(leaving)
