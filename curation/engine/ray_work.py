"""What the workers of a Ray cluster do: one call a block of rows, without a thought of where the block is.

Ray finds these functions on a worker by their names, so the worker runs its own copy of this project. What it would
compute with other code would be kept under the wrong name: each call says first whether the code is the same.
"""

import pickle
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pyarrow as pa

from curation.code import code_hash
from curation.dedup.candidates import BAND_BITS, bands, buckets_of, neighbours, place_bits
from curation.garbage import without_collection
from curation.step import RowStep, digest, fingerprint, library_versions
from schemas.errors import CurateError, fault_told

PLACE = "curate:place"
"""The column of the places that rows have in the driver's table."""
ANSWER = pa.schema(
    [("places", pa.binary()), ("results", pa.large_binary()), ("cpu", pa.float64()), ("error", pa.binary())]
)
"""A worker's answer to a block, one row: results of all steps look alike on their way, and Ray leaves them as they are.

An error is an answer, too: it comes back as it is, and neither its text nor a row's is in a log of the cluster.
"""


def installed(module: str, libraries: Sequence[str]) -> dict[str, str]:
    """The code behind ``module`` and the versions of ``libraries`` here; an empty text for one that is not there."""
    found = {"emocurate": code_hash(module), **library_versions()}
    for library in libraries:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = ""
    return found


def run_step(block: pa.Table, step: RowStep, expected: str) -> pa.Table:
    """Runs ``step`` on a block, which has the column :data:`PLACE` beside those that it reads.

    Args:
        block: The rows.
        step: The step.
        expected: Its fingerprint where the results are kept.
    """
    start = time.process_time()
    results, error = b"", None
    try:
        if fingerprint(step) != expected:
            raise other_code("a worker of the Ray cluster")
        with without_collection():
            results = packed(step(block.drop_columns([PLACE])))
    except CurateError as known:
        error = pickle.dumps(known)
    except Exception as fault:
        error = pickle.dumps(_told(step, fault))
    places = block[PLACE].to_numpy().astype("<i8").tobytes()
    return pa.Table.from_pylist(
        [{"places": places, "results": results, "cpu": time.process_time() - start, "error": error}], ANSWER
    )


def bucket_rows(block: pa.Table, texts: int, expected: str) -> pa.Table:
    """For each text of a block, and each band, the bucket that it falls into: columns ``bucket`` and ``place``.

    The number of the band is part of the bucket, which is less than 2 ** 63.

    Args:
        block: Columns ``place`` and ``signature``.
        texts: How many there are in all.
        expected: :func:`search_code` of the driver.
    """
    if search_code() != expected:
        raise other_code("a worker of the Ray cluster")
    places = block["place"].to_numpy()
    width = block["signature"].type.byte_width // 2
    signatures = np.frombuffer(b"".join(block["signature"].to_pylist()), "<u2").reshape(len(block), width)
    found = [
        buckets_of(signatures[:, band], texts) << np.uint64(BAND_BITS) | np.uint64(number)
        for number, band in enumerate(bands(width))
    ]
    return pa.table({"bucket": np.concatenate(found).astype(np.int64), "place": np.tile(places, len(found))})


def search_code() -> str:
    """A hash of all that the candidates found depend on."""
    return digest(installed(buckets_of.__module__, ["numpy"]))


def bucket_bounds(texts: int, parts: int) -> list[int]:
    """Buckets that part all of :func:`bucket_rows` into equal parts, for they are hashes."""
    end = 1 << (64 - place_bits(texts) + BAND_BITS)
    return [end * part // parts for part in range(1, parts)]


def meetings_in(block: pa.Table, texts: int, expected: str) -> pa.Table:
    """The pairs of texts that meet in the buckets of a sorted block, each once, as the one row of column ``codes``."""
    if search_code() != expected:
        raise other_code("a worker of the Ray cluster")
    buckets, places = block["bucket"].to_numpy().astype(np.uint64), block["place"].to_numpy()
    order = np.lexsort((places, buckets))
    buckets = buckets[order]
    codes = np.unique(neighbours(buckets, places[order], texts)).astype("<i8").tobytes()
    return pa.table({"codes": pa.array([codes], pa.large_binary())})


def packed(table: pa.Table) -> bytes:
    """``table`` as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpacked(data: bytes) -> pa.Table:
    """The table in ``data``."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_all()


def other_code(where: str, what: str = "other code or libraries than this machine") -> CurateError:
    """What is said of a cluster whose results would not be those of this machine."""
    return CurateError(
        f"{where} has {what}: its results would not be those of this machine",
        mend="Install the same version of EmoCurate and of its libraries on all nodes (docs/scale.md says how).",
    )


def _told(step: RowStep, fault: Exception) -> CurateError:
    return CurateError(
        f"a fault of the program in step '{step.name}' on a Ray worker: {fault_told(fault)}",
        mend="Please report it; `--engine local` with CURATE_DEBUG=1 shows all of it.",
    )
