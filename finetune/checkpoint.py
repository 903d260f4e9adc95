"""Checkpoints of a run in progress: ``steps/<number>/`` holds all that going on from that step needs.

    weights.safetensors     the parameters that learn, under torchtune's names
    optimizer.safetensors   AdamW's two moments of each
    state.json              progress, what the run is made from, checksums

Schedule, place in the data and random numbers follow from the step's number and the seed (``finetune.plan``). A
checkpoint is written beside its place, forced to disk and renamed: whoever is killed meanwhile leaves the last one as
it was. On many devices the parts are put together, so a run may go on with more or fewer of them.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from curation.workspace import sha256_of
from finetune.devices import World, like, whole
from finetune.network import Network
from finetune.train import Progress, learning
from schemas.errors import CurateError

STEPS = "steps"
STATE = "state.json"
WEIGHTS = "weights.safetensors"
OPTIMIZER = "optimizer.safetensors"
_MOMENTS = ("exp_avg", "exp_avg_sq")


def save(run: Path, network: Network, optimizer: torch.optim.AdamW, progress: Progress, world: World) -> None:
    """Writes the checkpoint of ``progress.step``; every process has to call it, the first one writes.

    Raises:
        CurateError: If it cannot be written; those before it stay.
    """
    parameters = learning(network)
    weights = {name: whole(value) for name, value in parameters.items()}
    moments = {
        f"{name}.{moment}": whole(optimizer.state[value][moment])
        for name, value in parameters.items()
        for moment in _MOMENTS
    }
    if world.rank == 0:
        try:
            _write(run / STEPS / f"{progress.step:06}", {WEIGHTS: weights, OPTIMIZER: moments}, progress)
        except (OSError, SafetensorError) as error:
            raise CurateError(
                f"the checkpoint of step {progress.step} cannot be written ({_reason(error)})",
                file=run,
                mend=f"Make room, then go on with `curate finetune --resume {run.name}`; those before it are whole.",
            ) from error
    world.wait()


def _reason(error: OSError | SafetensorError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _write(place: Path, files: Mapping[str, Mapping[str, torch.Tensor]], progress: Progress) -> None:
    partial = place.with_name(f".{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for name, tensors in files.items():
            save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, partial / name)
        state = {"progress": asdict(progress), "sha256": {name: sha256_of(partial / name) for name in files}}
        (partial / STATE).write_text(json.dumps(state, indent=2), encoding="utf-8")
        for path in (*partial.iterdir(), partial):
            _to_disk(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)  # what is half written only takes room
        raise
    shutil.rmtree(place, ignore_errors=True)
    partial.rename(place)
    _to_disk(place.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def prune(run: Path, keep: int, best_step: int) -> None:
    """Removes all but the ``keep`` newest checkpoints and that of ``best_step``."""
    for step in saved_steps(run)[:-keep]:
        if step != best_step:
            leaving = run / STEPS / f".{step:06}.partial"
            (run / STEPS / f"{step:06}").rename(leaving)
            shutil.rmtree(leaving)


def saved_steps(run: Path) -> list[int]:
    """The steps that there are checkpoints of, the newest last."""
    return sorted(int(path.parent.name) for path in (run / STEPS).glob(f"[0-9]*/{STATE}"))


def newest(run: Path) -> int | None:
    """The newest step whose checkpoint is as it was written; what was half written or half removed is cleared away."""
    for path in (run / STEPS).glob(".*.partial"):
        shutil.rmtree(path)
    for step in reversed(saved_steps(run)):
        if _is_intact(run / STEPS / f"{step:06}"):
            return step
    return None


def _is_intact(place: Path) -> bool:
    try:
        sums = _state(place)["sha256"]
        return all(sha256_of(place / name) == sums[name] for name in (WEIGHTS, OPTIMIZER))
    except (OSError, ValueError, KeyError):
        return False


def _state(place: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((place / STATE).read_text(encoding="utf-8"))
    return state


def restore(run: Path, step: int, network: Network, optimizer: torch.optim.AdamW) -> Progress:
    """Puts weights and optimiser back to where they were after ``step``."""
    place = run / STEPS / f"{step:06}"
    weights, moments = load_file(place / WEIGHTS), load_file(place / OPTIMIZER)
    progress = Progress(**_state(place)["progress"])
    with torch.no_grad():
        for name, parameter in learning(network).items():
            parameter.copy_(like(weights[name], parameter))
            optimizer.state[parameter] = {
                "step": torch.tensor(float(progress.step), device=parameter.device),  # fused AdamW counts there
                **{m: like(moments[f"{name}.{m}"], parameter).clone() for m in _MOMENTS},
            }
    return progress


def read_weights(run: Path, step: int) -> dict[str, torch.Tensor]:
    """The parameters that learned, as they were after ``step``, under torchtune's names."""
    weights: dict[str, torch.Tensor] = load_file(run / STEPS / f"{step:06}" / WEIGHTS)
    return weights
