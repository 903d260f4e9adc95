"""Our scoring against lm-eval's own, of the same weights in Hugging Face's transformers.

transformers lies in a folder beside the environment, see ``tests/finetune/with_transformers.py``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from finetune.compat import TransformerDecoder
from finetune.evaluation.benchmarks import load_tasks, select
from finetune.evaluation.harness import ask
from finetune.evaluation.likelihood import CheckpointScorer
from finetune.models import ModelFolder
from tests.conftest import ROOT
from tests.finetune.with_transformers import TRANSFORMERS

from .conftest import BEGIN, BENCHMARK_DATA

SCRIPT = """
import json, sys
from pathlib import Path
from lm_eval.evaluator import evaluate
from lm_eval.models.huggingface import HFLM
from tokenizers import processors
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import TikTokenConverter
from finetune.bpe import LLAMA3_PATTERN
from finetune.evaluation.benchmarks import load_tasks, select
from finetune.tokenizer import SPECIAL_TOKENS

folder, data, begin = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
fast = TikTokenConverter(
    vocab_file=str(folder / "tokenizer.model"), pattern=LLAMA3_PATTERN, extra_special_tokens=list(SPECIAL_TOKENS)
).converted()
fast.post_processor = processors.TemplateProcessing(
    single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", begin)]
)
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=fast, bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>", pad_token="<|end_of_text|>"
)
plain = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
model = HFLM(pretrained=plain, tokenizer=tokenizer, batch_size=1)
results = evaluate(model, load_tasks(select(["commonsense-9"]), data), bootstrap_iters=0, log_samples=True)
print(json.dumps({
    task: [
        [sample["acc"], sample.get("acc_norm"), [answer[0] for answer in sample["filtered_resps"]]]
        for sample in sorted(samples, key=lambda sample: sample["doc_id"])
    ]
    for task, samples in results["samples"].items()
}))
"""


@pytest.mark.slow
def test_log_likelihoods_and_verdicts_are_those_of_lm_eval_on_transformers(
    tiny_folder: ModelFolder, tiny_model: TransformerDecoder, encode: Callable[[str], list[int]]
) -> None:
    if not (TRANSFORMERS / "accelerate").is_dir():
        pytest.skip(f"transformers and accelerate are not in {TRANSFORMERS}; `make test` puts them there")
    nine = select(["commonsense-9"])
    ours = ask(CheckpointScorer(tiny_model), encode, BEGIN, load_tasks(nine, BENCHMARK_DATA))
    path = os.pathsep.join([str(TRANSFORMERS), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tiny_folder.folder, BENCHMARK_DATA, str(BEGIN)],
        env=os.environ | {"PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = json.loads(done.stdout.splitlines()[-1])
    for benchmark in nine:
        own = [question for question in ours if question.benchmark == benchmark.task]
        for question, (right, right_by_length, likelihoods) in zip(own, theirs[benchmark.task], strict=True):
            assert question.correct == bool(right)
            assert question.correct_by_length == (None if right_by_length is None else bool(right_by_length))
            assert question.log_likelihoods == pytest.approx(likelihoods, abs=1e-3)
