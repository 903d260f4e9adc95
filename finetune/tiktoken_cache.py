"""tiktoken without its cache."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncached_tiktoken() -> Iterator[None]:
    """Makes tiktoken read a tokenizer from the file that is named.

    ``tiktoken.load`` keeps a copy of every file it reads, local ones too, in the system's folder for temporary files
    under a hash of the *path*: a tokenizer that changed at the same path is silently read in its old state.
    """
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = ""
    try:
        yield
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
