"""Keeps what the frameworks print away from the user."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path


@contextmanager
def quiet() -> Iterator[None]:
    """Holds back everything that is printed, logged or warned, by Python or by C++, while the block runs.

    ExecuTorch writes by several ways, some through ``sys.stderr`` and some to the process's own standard error below
    it, so both are pointed elsewhere. Exceptions pass. Keep the block short: what other threads print meanwhile is
    lost as well.
    """
    level = logging.root.manager.disable
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        logging.disable(logging.CRITICAL)
        with (
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, original in zip((1, 2), kept, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
        os.close(sink)
