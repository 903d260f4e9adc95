"""Fine-tuning: an export of approved conversations and a model in, a fine-tuned model out.

torch and torchtune (extra ``train``) are imported when ``finetune`` is called, not when this package is.
"""

from finetune.config import FinetuneConfig, LoraOptions, MethodName, resolve_config
from finetune.estimate import Estimate, estimate
from finetune.manifest import RunManifest, RunResult, read_run
from finetune.run import finetune, resume
from finetune.tiny import make_tiny_model

__all__ = [
    "Estimate",
    "FinetuneConfig",
    "LoraOptions",
    "MethodName",
    "RunManifest",
    "RunResult",
    "estimate",
    "finetune",
    "make_tiny_model",
    "read_run",
    "resolve_config",
    "resume",
]
