"""A checkpoint to a ``.pte``, in a process of its own (``deploy.llama_export``), because ExecuTorch's export

* prints, logs, warns and sets up the root logger, which a user must not meet,
* takes about seven times the size of the ``.pte`` in memory, which this gives back,
* decides on the *path* of the checkpoint ("8da4w" or "int8" anywhere in it) how to quantise: the process works in a
  folder of its own and names its files relative to it,
* orders parts of the file by Python's string hashes: with a fixed hash seed the same weights give the same bytes.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.agreement import EAGER_LIMIT, EagerParity
from deploy.llama_export import EAGER, ERROR, MISSING, PTE, REQUEST, ExportRequest
from deploy.manifest import Quantisation
from deploy.trained import Trained
from schemas.errors import CurateError, MissingExtra, Refused

_PACKAGES = Path(__file__).resolve().parent.parent
_TICK = 0.5

Elapsed = Callable[[float], None]
"""Called now and then with the seconds since the work began."""


def export_pte(
    trained: Trained,
    output: Path,
    *,
    context: int,
    quantisation: Quantisation,
    full_logits: bool = False,
    prompts: Sequence[Sequence[int]] = (),
    on_time: Elapsed | None = None,
) -> EagerParity | None:
    """Quantises a model and writes it for the XNNPACK backend, with KV cache and fused attention.

    The method ``forward`` takes tokens (1, n), n < ``context``, and the position of the first (1,), and gives the
    logits after the last (1, vocabulary); with ``full_logits`` it takes pieces of at most 255 tokens and gives the
    logits after each (1, n, vocabulary), which is for scoring texts and not for a phone.

    Args:
        trained: The model.
        output: The ``.pte`` to write.
        context: Length of the KV cache, in tokens.
        quantisation: Of the weights.
        full_logits: Whether the logits of all positions are given.
        prompts: Token ids on which the converted model is compared with the trained one before it is quantised.
        on_time: Called twice a second.

    Returns:
        How near the converted model is to the trained one; none without prompts.

    Raises:
        MissingExtra: If ExecuTorch is not installed.
        Refused: If the converted model is not the trained one.
        CurateError: If the model cannot be exported; the message names the log.
    """
    request = ExportRequest(
        trained=trained.resolved(),
        context=context,
        quantisation=quantisation,
        full_logits=full_logits,
        prompts=[list(ids) for ids in prompts],
    )
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".export-") as scratch:
        folder = Path(scratch)
        status, log = _run_in(folder, request, on_time or (lambda seconds: None))
        eager = EagerParity.model_validate_json((folder / EAGER).read_bytes()) if (folder / EAGER).is_file() else None
        if eager is not None and not eager.max_abs_logit_difference <= EAGER_LIMIT:
            raise Refused(
                f"the converted model is not the trained one: a logit differs by {eager.max_abs_logit_difference:.2g}, "
                f"{EAGER_LIMIT:g} is allowed",
                file=trained.weights,
                mend="Run the fine-tuning again; if that does not help, report it.",
            )
        if status == 0:
            (folder / PTE).replace(output)
            return eager
    last = log.strip().rsplit("\n", 1)[-1]
    if last == MISSING:
        raise MissingExtra("Deployment", "deploy")
    if last.startswith(ERROR):
        raise CurateError(f"the model cannot be exported: {last.removeprefix(ERROR)}", file=trained.weights)
    handle, kept = tempfile.mkstemp(prefix="emocurate-export-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(log)
    raise CurateError(
        f"the export to ExecuTorch ended with status {status}: {last or 'no message'}",
        file=trained.weights,
        mend=f"The whole log is {kept}.",
    )


def _run_in(folder: Path, request: ExportRequest, on_time: Elapsed) -> tuple[int, str]:
    """Exit status and log of an export that works in ``folder``."""
    (folder / REQUEST).write_text(request.model_dump_json(), encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")]))
    begun = time.monotonic()
    with (folder / "export.log").open("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.llama_export"],
            cwd=folder,
            env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            while True:
                try:
                    status = process.wait(_TICK)
                    break
                except subprocess.TimeoutExpired:
                    on_time(time.monotonic() - begun)
        finally:
            if process.poll() is None:  # Ctrl-C
                process.kill()
                process.wait()
        log.seek(0)
        return status, log.read()
