"""The bundle's README: short, and with nothing in it that was not measured."""

from deploy.manifest import BundleManifest
from finetune.manifest import RunManifest


def card(bundle: BundleManifest, run: RunManifest, model_bytes: int) -> str:
    """Markdown for people who find the folder."""
    lineage, parity = bundle.lineage, bundle.parity
    validation = "not measured" if run.validation_loss is None else f"{run.validation_loss:.3f} nats a token"
    origin = (
        "a tiny model with random weights, made to try the tools: it says nothing sensible"
        if lineage.base_model == "tiny"
        else f"`{lineage.base_model}`, whose licence applies to this bundle too"
    )
    return f"""# {bundle.name}

A language model for mental-health conversations that runs on the device, with ExecuTorch.

- **Made from** {origin}.
- **Fine-tuned** with `{lineage.method}` in the run `{lineage.run}` on {run.examples.trained_on} conversations of the
  build `{lineage.build_id}`.
- **Validation loss** {validation}.
- **Quantised** to {bundle.quantisation.linear}, group size {bundle.quantisation.group_size}, embeddings in
  {bundle.quantisation.embedding_bits} bits; `model.pte` has {model_bytes / 2**20:.1f} MiB.
- **Against the model before quantisation**, over {parity.positions} positions of fixed prompts: same likeliest token in
  {parity.top1_agreement:.1%}, mean divergence {parity.mean_kl:.2g} nats, largest difference of a logit
  {parity.max_abs_logit_difference:.2g}.
- **Context** {bundle.context} tokens.

## Before it is used
It is not a therapist and not a medical device. It was not tested for safety as part of this bundle: nothing here
recognises a crisis or keeps the model from harmful advice. The app has to see to both, and to a way to human help.

An app must not let special tokens (`<|eot_id|>` and others) through from a user's text: ExecuTorch's tokenizer on the
phone takes them for what they spell.

## Trail
| | fingerprint |
|---|---|
| run | `{lineage.run_fingerprint}` |
| base model | `{lineage.base_model_fingerprint}` |
| training files | `{lineage.export_fingerprint}` |

`bundle.json` holds this for machines, with the SHA-256 of every file.
"""
