"""Fine-tuning: an export of approved conversations and a Llama 3.2 model in, a fine-tuned model out.

torch and torchtune (extra ``train``) are imported when ``finetune`` is called, not when this package is.
"""

from finetune.config import FinetuneConfig, LoraOptions, MethodName, resolve_config
from finetune.manifest import RunManifest, RunResult, read_run
from finetune.run import finetune
from finetune.tiny import make_tiny_model

__all__ = [
    "FinetuneConfig",
    "LoraOptions",
    "MethodName",
    "RunManifest",
    "RunResult",
    "finetune",
    "make_tiny_model",
    "read_run",
    "resolve_config",
]
