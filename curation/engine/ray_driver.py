"""The process that talks with Ray: it starts or joins a cluster and puts to it what the engine asks.

Ray ends a process whose cluster is lost, writes to its terminal and takes its settings from its environment. So it has
a process of its own: the engine's own process sees it end, and tells the user in words.

Requests come and answers go through a pipe; tables come in Arrow files beside it.
"""

import contextlib
import logging
import os
import pickle
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from curation.engine.ray_work import (
    bucket_bounds,
    bucket_rows,
    installed,
    meetings_in,
    other_code,
    run_step,
    search_code,
)
from curation.long_tables import mapped
from curation.parent import end_with
from curation.step import RowStep
from curation.workspace import is_running
from schemas.errors import CurateError, fault_told

RETRIES = 50
"""How often a block whose worker was killed is computed again. One that kills its worker each time must end, too."""
SHUFFLE_BLOCK_ROWS = 4_000_000
"""Rows of (bucket, place) that one task of the shuffle sorts, 64 MB."""
NODE_SECONDS = 60
"""How long a node may take to say what is installed on it."""
_FOLDER, _LOOPBACK = "curate-ray-", "127."


class Settings(NamedTuple):
    """What the engine tells this process at its start."""

    parent: int
    folder: Path
    """For what Ray writes to the terminal, and for blocks that memory has no room for; the engine clears it away."""
    address: str | None
    workers: int | None
    """How many blocks are computed at once; of a cluster that is joined, as many as there is room for if not given."""
    module: str
    """The module whose code the whole cluster must have."""
    libraries: list[str]


class Compute(NamedTuple):
    """A request: ``step`` on the blocks in ``file``. Answers: those of :data:`curation.engine.ray_work.ANSWER`."""

    file: Path
    step: RowStep
    fingerprint: str


class Search(NamedTuple):
    """A request: the meetings of the ``texts`` whose signatures are in ``file``. Answers: bytes of codes."""

    file: Path
    texts: int


class Ready(NamedTuple):
    """The first answer."""

    cpus: int


class Done(NamedTuple):
    """The last answer to a request."""


def serve(connection: Connection, settings: Settings) -> None:
    """Answers requests until the engine ends. An error is an answer, and the last one to its request."""
    _be_quiet(settings)
    try:
        with _cluster(settings) as cpus:
            connection.send(Ready(cpus))
            while (request := connection.recv()) is not None:
                try:
                    for answer in _computed(request, settings) if isinstance(request, Compute) else _met(request):
                        connection.send(answer)
                    connection.send(Done())
                except Exception as error:
                    connection.send(_explained(error))
    except (EOFError, BrokenPipeError):
        return  # the engine has ended
    except Exception as error:
        connection.send(_explained(error))


def _be_quiet(settings: Settings) -> None:
    """Leaves the terminal to the engine, and Ctrl-C, too; and ends with the engine, with all that Ray started."""
    os.setsid()
    end_with(settings.parent, _end)
    log = os.open(settings.folder / "ray.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)


def _end() -> None:
    os.killpg(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def _cluster(settings: Settings) -> Iterator[int]:
    """Starts a Ray of this machine's own, or joins the one at the address; yields its cores."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if (settings.address or _LOOPBACK).startswith(_LOOPBACK):
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # by this Ray keeps to the loopback address
    if settings.address:
        _use_token()
    started = contextlib.nullcontext() if settings.address else _own_environment()
    with started as folder:
        import ray
        import ray.data

        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if settings.address:
            try:
                ray.init(address=settings.address, **quiet)
            except Exception as error:
                raise CurateError(
                    f"cannot join the Ray cluster at {settings.address}: {str(error).splitlines()[0]}",
                    mend="Is this machine a node of it (`ray start --address=...`), with its token in RAY_AUTH_TOKEN?",
                ) from error
        else:
            ray.init(
                num_cpus=settings.workers,
                include_dashboard=False,
                _temp_dir=folder,
                object_spilling_directory=str(settings.folder / "spill"),
                **quiet,
            )
        try:
            _set_up_data()
            _check_nodes(settings)
            yield max(1, int(ray.cluster_resources().get("CPU", 1)))
        finally:
            ray.shutdown()


@contextlib.contextmanager
def _own_environment() -> Iterator[str]:
    """A Ray that listens to this machine alone and to this process alone, with a folder that goes with it."""
    os.environ["RAY_AUTH_MODE"], os.environ["RAY_AUTH_TOKEN"] = "token", secrets.token_hex(32)
    os.environ.update({"RAY_gcs_rpc_server_reconnect_timeout_s": "10"})  # what ended here does not come back
    os.environ.pop("RAY_ADDRESS", None)
    # Ray opens its folder to all users; the one around it is closed to them. Its sockets' names must be short.
    clear_left_overs()
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    try:
        yield str(folder / "r")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _use_token() -> None:
    """Shows the cluster the token that `ray start` would find, where there is one."""
    given = os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")
    if given or (Path.home() / ".ray" / "auth_token").is_file():
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def clear_left_overs() -> None:
    """Removes the folders of processes that were killed: their logs name the steps that ran."""
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*-*"):
        pid = left.name.removeprefix(_FOLDER).split("-")[0]
        with contextlib.suppress(FileNotFoundError):  # another process may clear at the same time
            if pid.isdecimal() and not is_running(int(pid)) and left.stat().st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)


def _set_up_data() -> None:
    from ray.data import DataContext
    from ray.data.context import ShuffleStrategy

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    # Tasks alone, and no actors: what a killed worker had is computed again.
    context.shuffle_strategy = ShuffleStrategy.SORT_SHUFFLE_PULL_BASED
    context.target_max_block_size = None  # a bucket must stay in one block


def _check_nodes(settings: Settings) -> None:
    """Refuses a cluster that has other code or libraries on any node, before a text goes there."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = installed(settings.module, settings.libraries)
    ask = ray.remote(installed)
    for node in (node for node in ray.nodes() if node["Alive"]):
        where = f"the Ray node {node['NodeManagerAddress']}"
        on_it = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        asked = ask.options(num_cpus=0, scheduling_strategy=on_it).remote(settings.module, settings.libraries)
        try:
            there = ray.get(asked, timeout=NODE_SECONDS)
        except ray.exceptions.GetTimeoutError:
            raise CurateError(f"{where} does not answer", mend="Look at it with `ray status`.") from None
        except ray.exceptions.RayError:
            raise other_code(where, "no EmoCurate that its workers can import, or another one") from None
        other = [name for name in here if here[name] != there.get(name)]
        if other:
            raise other_code(where, f"another {', '.join(other)} than this machine")


def _computed(request: Compute, settings: Settings) -> Iterator[dict[str, Any]]:
    import ray.data

    blocks = ray.data.from_arrow_refs(
        [ray.put(pa.Table.from_batches([one])) for one in mapped(request.file).to_batches()]
    )
    answers = blocks.map_batches(
        run_step,
        fn_kwargs={"step": request.step, "expected": request.fingerprint},
        batch_format="pyarrow",
        batch_size=None,
        num_cpus=1,
        concurrency=settings.workers if settings.address else None,
        ray_remote_args_fn=lambda: {"max_retries": RETRIES},
    )
    for answer in _rows(answers):
        if answer["error"] is not None:
            raise pickle.loads(answer["error"])
        yield answer


def _met(request: Search) -> Iterator[bytes]:
    """Only (bucket, place) goes from node to node; the signatures of a block stay where the block is."""
    import ray.data

    table = mapped(request.file)
    known = {"texts": request.texts, "expected": search_code()}
    blocks = ray.data.from_arrow_refs([ray.put(pa.Table.from_batches([one])) for one in table.to_batches()])
    met = (
        blocks.map_batches(bucket_rows, fn_kwargs=known, batch_format="pyarrow", batch_size=None)
        .sort("bucket", boundaries=bucket_bounds(request.texts, table["place"].num_chunks))
        .map_batches(meetings_in, fn_kwargs=known, batch_format="pyarrow", batch_size=None)
    )
    for answer in _rows(met):
        yield answer["codes"]


def _rows(dataset: Any) -> Iterator[dict[str, Any]]:
    """The rows of a dataset as its tasks finish."""
    tables: Iterable[pa.Table] = dataset.iter_batches(batch_size=None, batch_format="pyarrow")
    for table in tables:
        yield from table.to_pylist()


def _explained(error: Exception) -> CurateError:
    """What the user reads of an error: of a step, which came as an answer, or of Ray itself."""
    import ray.exceptions as of_ray

    if isinstance(error, CurateError):
        return error
    if isinstance(error, of_ray.WorkerCrashedError | of_ray.OutOfMemoryError):
        return CurateError(
            f"the Ray workers of one block were killed {RETRIES} times, perhaps for want of memory",
            mend="Run the command again, it goes on where it was; with fewer --workers each has more memory.",
        )
    if isinstance(error, of_ray.RayTaskError) and isinstance(error.cause, CurateError):
        return error.cause
    if isinstance(error, of_ray.RayTaskError):
        return CurateError(
            f"the Ray workers cannot run what they are sent ({type(error.cause).__name__})",
            mend="Can Python on all nodes import what is used? docs/scale.md says how.",
        )
    if isinstance(error, of_ray.RayError | ConnectionError):
        return lost(type(error).__name__)
    return CurateError(
        f"a fault of the program with Ray: {fault_told(error)}", mend="Please report it; `--engine local` does without."
    )


def lost(why: str) -> CurateError:
    """What is said where the cluster is no longer there."""
    return CurateError(
        f"the Ray cluster was lost ({why})",
        mend="Run the command again once it is there: what was computed is kept and not computed again.",
    )
