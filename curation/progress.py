"""How long work tells how far it is: a protocol, so that a notebook, a terminal and a test can each listen."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[int], None]
"""Called with the number of units done since the last call."""


class Progress(Protocol):
    """Opens one bar: ``with progress("clean", total=500) as advance: advance(10)``."""

    def __call__(self, name: str, total: int | None) -> AbstractContextManager[Advance]: ...


@contextmanager
def silent(name: str, total: int | None) -> Iterator[Advance]:
    """A progress that tells nobody."""
    yield lambda done: None
