"""The Ray engine: row steps and the search for candidates through Ray Data, on this machine or on a cluster."""

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import requires
from importlib.util import find_spec
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
from packaging.requirements import Requirement

from curation.dedup.candidates import Codes, Signatures, bands
from curation.engine.engine import Computed, Engine
from curation.engine.ray_driver import (
    SHUFFLE_BLOCK_ROWS,
    Compute,
    Done,
    Search,
    Settings,
    clear_left_overs,
    lost,
    serve,
)
from curation.engine.ray_work import PLACE, unpacked
from curation.long_tables import slices, taken, written
from curation.progress import Progress, silent
from curation.step import RowStep, fingerprint
from curation.workers import cores, deaf_to_interrupts
from schemas.errors import CurateError, MissingExtra, UsageError

BLOCK_ROWS, LEAST_BLOCK_ROWS = 2_000, 100
"""Rows that a worker computes at once, and computes again where it is killed."""
WINDOW_BLOCKS = 64
"""Blocks that are in the cluster at once: its memory holds so many, whatever the length of the table."""
_BLOCKS_A_CORE = 4
_CONNECT_SECONDS, _END_SECONDS = 5, 20


class RayEngine(Engine):
    """Runs row steps through Ray Data. Use it in a ``with`` block, which starts or joins a cluster and leaves it again.

    Without an address, a Ray of this machine's own is started, which listens to this machine alone and ends with the
    block. With one, that cluster is joined, and **texts go there before they are scrubbed**.

    Args:
        cache: The folder of kept results.
        workers: How many blocks are computed at once; one a core where it is not given.
        address: ``HOST:PORT`` of the head of a Ray cluster, or ``auto`` on a node of it.
        progress: Told of each block done.
        module: The module whose code the cluster must have.

    Raises:
        MissingExtra: If Ray is not installed.
        UsageError: If the address is none.
        CurateError: If nobody answers there, or the cluster has other code or libraries.
    """

    def __init__(
        self,
        cache: Path,
        workers: int | None = None,
        address: str | None = None,
        progress: Progress = silent,
        module: str = "curation.build",
    ) -> None:
        if find_spec("ray") is None:
            raise MissingExtra("the engine Ray", "ray")
        if address is not None:
            _check_address(address)
        super().__init__(cache, progress)
        self._settings = Settings(
            os.getpid(), self.passing, address, workers if address else workers or cores(), module, _libraries()
        )
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._cpus = 1

    def __enter__(self) -> Self:
        # What a spawned process prints before it has a log of its own, it has no reason to print.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._settings), daemon=True)
        with deaf_to_interrupts():  # until it is in a group of its own
            self._process.start()
        theirs.close()
        try:
            with self.progress("start Ray", None):
                self._cpus = self._answer().cpus
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._connection is not None
        assert self._process is not None
        if error is None:
            with suppress(OSError):  # it may be lost
                self._connection.send(None)
        self._connection.close()
        if error is not None:
            self._process.terminate()
        self._process.join(_END_SECONDS)
        with suppress(ProcessLookupError, PermissionError):  # what Ray started is of its group, and may outlive it
            os.killpg(self.pid, signal.SIGKILL)
        self._process.join(_END_SECONDS)
        clear_left_overs()  # it had no time to
        super().__exit__(kind, error, trace)

    @property
    def pid(self) -> int:
        """The process that talks with Ray, and the group of all that it started."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    def compute(self, step: RowStep, rows: pa.Table, places: pa.Array) -> Iterator[Computed]:
        """Yields the results of blocks as the cluster finishes them.

        Raises:
            CurateError: If the cluster is lost, has other code or libraries, or kills its workers again and again.
        """
        batches, expected = rows.to_batches(), fingerprint(step)
        block_rows = min(BLOCK_ROWS, max(LEAST_BLOCK_ROWS, len(places) // (_BLOCKS_A_CORE * self._cpus)))
        for start in range(0, len(places), block_rows * WINDOW_BLOCKS):
            window = places.slice(start, block_rows * WINDOW_BLOCKS)
            blocks = (window.slice(at, block_rows) for at in range(0, len(window), block_rows))
            tables = (taken(batches, one.to_numpy()).append_column(PLACE, one) for one in blocks)
            file = written(self.passing, tables)
            for answer in self._answers(Compute(file, step, expected)):
                done = pa.array(np.frombuffer(answer["places"], "<i8"))
                yield Computed(done, unpacked(answer["results"]), answer["cpu"])
            file.unlink()

    def meetings(self, signatures: Signatures) -> Iterator[Codes]:
        """What :func:`curation.dedup.candidates.meetings` yields: the cluster sorts (bucket, place), and no text.

        Raises:
            CurateError: If the cluster is lost.
        """
        texts, permutations = signatures.shape
        if not texts:
            return
        tasks = max(_BLOCKS_A_CORE * self._cpus, texts * len(bands(permutations)) // SHUFFLE_BLOCK_ROWS)
        block_rows = -(-texts // tasks)
        data = pa.array(signatures.view(f"V{2 * permutations}").ravel(), pa.binary(2 * permutations))
        table = pa.table({"place": pa.array(np.arange(texts)), "signature": data})
        file = written(self.passing, slices(table, block_rows))
        for answer in self._answers(Search(file, texts)):
            yield np.frombuffer(answer, "<i8")
        file.unlink()

    def _answers(self, request: Compute | Search) -> Iterator[Any]:
        """The answers to a request, as they come."""
        assert self._connection is not None, "the engine is used outside of its block"
        try:
            self._connection.send(request)
        except OSError:
            raise lost("the process that talks with it has ended") from None
        while not isinstance(answer := self._answer(), Done):
            yield answer

    def _answer(self) -> Any:
        assert self._connection is not None, "the engine is used outside of its block"
        try:
            answer = self._connection.recv()
        except (EOFError, OSError):
            raise lost("the process that talks with it has ended") from None
        if isinstance(answer, CurateError):
            raise answer
        return answer


def _check_address(address: str) -> None:
    """Ray itself would try for minutes."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if "://" in address or not host or not port.isdecimal():
        raise UsageError(
            f"'{address}' is no address of a Ray cluster",
            field="--ray-address",
            mend="Give HOST:PORT of its head, or auto on a node of it; a ray:// client cannot run Ray Data.",
        )
    try:
        socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()
    except OSError as error:
        raise CurateError(
            f"no Ray cluster answers at {address} ({error.strerror or error})",
            mend="Is its head running there? `ray start --head` prints the address.",
        ) from None


def _libraries() -> list[str]:
    """The distributions that this project needs in any case: results depend on some of them."""
    needed = map(Requirement, requires("emocurate") or [])
    return sorted(one.name for one in needed if one.marker is None)
