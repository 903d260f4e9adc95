"""What a run hands over: the weights that go onto the phone, and the quantisation that they were trained for."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.manifest import Quantisation
from finetune.architecture import read_architecture
from finetune.config import LoraOptions
from finetune.manifest import RunManifest
from schemas.errors import ConfigError


class Trained(BaseModel):
    """Weights in Hugging Face's layout, and an adapter that stays apart, if there is one.

    An adapter that was trained under quantisation (QAT) stays apart: rounding the sum of it and the base is not what
    was trained. Any other was merged by the run.
    """

    model_config = ConfigDict(frozen=True)

    weights: Path
    """The checkpoint; the base model where the adapter is apart."""
    adapter: Path | None = None
    """Folder of the adapter."""
    lora: LoraOptions | None = None
    """Its rank, alpha and targets."""

    def resolved(self) -> "Trained":
        """The same with absolute paths."""
        adapter = None if self.adapter is None else self.adapter.resolve()
        return self.model_copy(update={"weights": self.weights.resolve(), "adapter": adapter})


def trained(folder: Path, run: RunManifest, quantisation: Quantisation) -> Trained:
    """The weights of a run for a bundle that is quantised so."""
    if run.quantised is None or quantisation.linear != "8da4w":
        return Trained(weights=folder / "checkpoint")
    return Trained(weights=folder / "base", adapter=folder / "adapter", lora=run.lora)


def quantisation_for(run: RunManifest, linear: str) -> Quantisation:
    """How a run's weights are to be stored: as it was trained for, where it was trained for one."""
    if linear != "8da4w" or run.quantised is None:
        return Quantisation.model_validate({"linear": linear})
    asked = run.quantised
    return Quantisation(
        linear=asked.linear,
        group_size=asked.group_size,
        embedding_bits=asked.embedding_bits,
        scales=asked.scales,
        adapter_apart=True,
    )


def check_family(weights: Path) -> None:
    """Raises :class:`ConfigError` if the model is of a family that is trained, but not exported."""
    family = read_architecture(weights).model_type
    if family != "llama":
        raise ConfigError(
            f"models of the family '{family}' are not exported yet",
            file=weights,
            field="model_type",
            mend="Deploy a run of a Llama 3.2 model.",
        )
