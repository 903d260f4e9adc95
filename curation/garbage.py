"""Work without Python's search for cyclic garbage, which walks everything that is in memory over and over.

A step makes hundreds of thousands of small objects and no cycles, and beside them lie the libraries that are loaded, so
that every walk is long and finds nothing.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Pauses the search; who uses it makes no cycles, and what is in none is freed as ever."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
