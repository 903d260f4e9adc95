"""The bundle's model card: short, and with nothing in it that was not measured."""

from deploy.agreement import Agreement, Parity
from deploy.manifest import BundleManifest
from deploy.safety import SafetyLayer, Share
from finetune.manifest import RunManifest

_LLAMA = "Llama 3.2 Community License Agreement"


def card(bundle: BundleManifest, run: RunManifest, parity: Parity, safety: SafetyLayer, model_bytes: int) -> str:
    """Markdown for people who find the folder."""
    return "\n".join(
        [
            f"# {bundle.name}",
            "",
            "A language model for mental-health conversations that runs on the device, with ExecuTorch.",
            "",
            *_purpose(bundle),
            *_made_from(bundle, run),
            "",
            *_measured(bundle, run, parity, model_bytes),
            "",
            *_safety(safety),
            "",
            *_use(bundle, safety),
            "",
            *_trail(bundle),
        ]
    )


def _purpose(bundle: BundleManifest) -> list[str]:
    """What has to stand above all else, where this is not what it looks like."""
    if bundle.logits == "last":
        return []
    return [
        "> **For evaluation, not for a phone.** This model gives the logits of all positions (`logits` in "
        "`bundle.json` is `all`), so that answers are scored in one call. It says what the bundle made without "
        "`--full-logits` says, takes more memory and is no faster in talking. Ship that one.",
        "",
    ]


def _made_from(bundle: BundleManifest, run: RunManifest) -> list[str]:
    lineage = bundle.lineage
    tiny = lineage.base_model == "tiny"
    origin = (
        "a tiny model with random weights, made to try the tools: it says nothing sensible"
        if tiny
        else f"`{lineage.base_model}`"
    )
    licence = (
        "Apache-2.0, as the tools."
        if tiny
        else f"the base model's licence applies to this bundle, too. For Llama 3.2 that is the {_LLAMA} with its "
        'Acceptable Use Policy: show "Built with Llama", and give a copy along.'
    )
    release = f"release `{lineage.release}`" if lineage.release else f"build `{lineage.build_id}`, which is no release"
    system = "none" if bundle.chat.system_prompt is None else "in `bundle.json`"
    return [
        "## What it is",
        f"- **Made from** {origin}.",
        f"- **Fine-tuned** with `{lineage.method}` in the run `{lineage.run}` on {run.examples.trained_on} "
        f"conversations that clinicians approved, of the {release}.",
        f"- **System prompt** {system}. **Context** {bundle.context:,} tokens.",
        f"- **Licence**: {licence} The texts it was trained on keep theirs.",
    ]


def _measured(bundle: BundleManifest, run: RunManifest, parity: Parity, model_bytes: int) -> list[str]:
    validation = "not measured" if run.validation_loss is None else f"{run.validation_loss:.3f} nats a token"
    return [
        "## What was measured",
        f"- **Validation loss** {validation}. No benchmark of what it says was run as part of this bundle.",
        f"- **Size** `model.pte` has {model_bytes / 2**20:,.1f} MiB, {bundle.quantisation.words}. Loading it and "
        f"filling its context took {bundle.memory_bytes / 2**20:,.0f} MiB where it was made.",
        f"- **Parity** (`parity.json`), over {parity.prompts} messages that it was not trained on:",
        "",
        "| against | positions | same likeliest token | five likeliest in common | mean divergence (nats) |",
        "|---|---|---|---|---|",
        _row("the trained model with the phone's rounding, after a prompt", parity.prefill),
        _row("the same, after each further token", parity.decode),
        _row("the trained model without rounding: what quantisation costs", parity.unquantised),
        "",
        f"ExecuTorch's model before quantisation differs from the trained one by "
        f"{parity.eager.max_abs_logit_difference:.1g} at most in a logit ({parity.eager.limit:g} is allowed).",
    ]


def _row(against: str, found: Agreement) -> str:
    return f"| {against} | {found.positions:,} | {found.top1:.1%} | {found.top5:.1%} | {found.mean_kl:.2g} |"


def _safety(safety: SafetyLayer) -> list[str]:
    figures = safety.figures
    return [
        "## In a crisis",
        f"Danger is recognised in what a user writes, on the device, in English alone. The answer (`safety.json`) has "
        f"helplines of {safety.country}, stands beside the model's and does not wait for it. The lines were checked by "
        f"{safety.checked_by}; **make the bundle again before {safety.valid_until}**, when the first check is a year "
        "old.",
        "",
        f"Measured on {figures.messages} messages written for this project, which no clinician has checked, with 95 % "
        "intervals:",
        "",
        "| | noticed | interval | messages |",
        "|---|---|---|---|",
        *(_share_row(f"recall, {name.replace('_', ' ')}", share) for name, share in figures.recall.items()),
        _share_row("false alarms on harmless messages", figures.false_alarms),
        _share_row("- of them answered as danger, not by an offer", figures.named),
        _share_row("recall, suicide, in messages written after all else", figures.new_wording),
        _share_row("false alarms on harmless messages among them", figures.new_false_alarms),
        _share_row("recall, suicide, the same, by the model alone", figures.model_alone),
        _share_row("false alarms, the same, by the model alone", figures.model_alone_false_alarms),
        "",
        "Noticed is: help was shown beside the message. Where a phrase is recognised, the answer says so; where only "
        "the small model in `risk/` takes a message for danger, help is offered and nothing is said of what was "
        "meant. An app that does not port the rules has that model alone.",
        "",
        f"It adds {figures.latency_ms_median:.1f} ms of work to a message, {figures.latency_ms_max:.1f} at most, where "
        "this was made.",
        "",
        *(f"> {line}" for line in safety.limits.splitlines()),
    ]


def _share_row(name: str, share: Share) -> str:
    interval = f"{share.low:.2f} to {share.high:.2f}"
    return f"| {name} | {share.share:.2f} | {interval} | {share.messages} |"


def _use(bundle: BundleManifest, safety: SafetyLayer) -> list[str]:
    return [
        "## Before it is used",
        "It is meant for an app that lends an ear between meetings with people. It is not a therapist and not "
        "a medical device: it must not diagnose, advise on medicines, or decide who gets help. It can be wrong and say "
        "harmful things. What it says about helplines is not checked.",
        "",
        "- Keep a way to human help on the screen at all times, not only when danger is recognised: "
        f"{1 - safety.figures.recall['suicide'].share:.0%} of the messages that speak of suicide were missed, and "
        f"{1 - safety.figures.new_wording.share:.0%} of those in words that nobody had foreseen.",
        f"- Replace `{bundle.chat.replace_in_messages[0]}` by `{bundle.chat.replace_in_messages[1]}` in what a user "
        "writes: ExecuTorch's tokenizer takes special tokens such as `<|eot_id|>` in it for what they spell.",
        "- Have clinicians try it before anybody else does. Nothing here replaces that.",
        "",
        "How an app loads it: `docs/app-team.md`.",
    ]


def _trail(bundle: BundleManifest) -> list[str]:
    lineage = bundle.lineage
    return [
        "## Trail",
        "| | fingerprint |",
        "|---|---|",
        f"| run | `{lineage.run_fingerprint}` |",
        f"| base model | `{lineage.base_model_fingerprint}` |",
        f"| training files | `{lineage.export_fingerprint}` |",
        f"| decisions up to then | `{lineage.ledger_head}` |",
        "",
        "`bundle.json` holds this for machines, with the SHA-256 of every file.",
        "",
    ]
