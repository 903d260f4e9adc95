"""Our scoring against lm-eval's own of the same weights in Hugging Face's transformers."""

from collections.abc import Callable

import pytest

from finetune.compat import TransformerDecoder
from finetune.evaluation.benchmarks import load_tasks, select
from finetune.evaluation.harness import ask
from finetune.evaluation.likelihood import CheckpointScorer
from finetune.models import ModelFolder
from finetune.tokenizer import SPECIAL_TOKENS

from .conftest import BEGIN, BENCHMARK_DATA

pytest.importorskip("transformers")


def test_log_likelihoods_and_verdicts_are_those_of_lm_eval_on_transformers(
    tiny_folder: ModelFolder, tiny_model: TransformerDecoder, encode: Callable[[str], list[int]]
) -> None:
    from lm_eval.evaluator import evaluate
    from lm_eval.models.huggingface import HFLM
    from tokenizers import processors
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter

    nine = select(["commonsense-9"])
    ours = ask(CheckpointScorer(tiny_model), encode, BEGIN, nine, BENCHMARK_DATA)

    from finetune.bpe import LLAMA3_PATTERN

    fast = TikTokenConverter(
        vocab_file=str(tiny_folder.tokenizer_file), pattern=LLAMA3_PATTERN, extra_special_tokens=list(SPECIAL_TOKENS)
    ).converted()
    fast.post_processor = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", BEGIN)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=fast, bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>", pad_token="<|end_of_text|>"
    )
    model = AutoModelForCausalLM.from_pretrained(tiny_folder.folder, dtype="float32")
    peer = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=1)
    results = evaluate(peer, load_tasks(nine, BENCHMARK_DATA), bootstrap_iters=0, log_samples=True)

    for benchmark in nine:
        samples = sorted(results["samples"][benchmark.task], key=lambda sample: sample["doc_id"])
        own = [question for question in ours if question.benchmark == benchmark.task]
        assert [question.correct for question in own] == [bool(sample["acc"]) for sample in samples]
        if benchmark.metric == "acc_norm":
            assert [question.correct_by_length for question in own] == [bool(sample["acc_norm"]) for sample in samples]
        for question, sample in zip(own, samples, strict=True):
            theirs = [response[0] for response in sample["filtered_resps"]]
            assert question.log_likelihoods == pytest.approx(theirs, abs=1e-3)
