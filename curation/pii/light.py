"""spaCy and Presidio without the heavy libraries that they load where these are installed.

Both try ``import torch``, ``import transformers`` and so on as they start, to know whether they could be used. That takes
a second of every process and some 100 MB, and what is used of them here, a tokenizer and patterns, needs none of it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

HEAVY = ("torch", "transformers", "stanza", "gliner")


@contextmanager
def without_heavy() -> Iterator[None]:
    """While it lasts, these cannot be imported, as on a machine without them; one that is loaded already stays."""
    hidden = [name for name in HEAVY if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None there is Python's own way to say so
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
