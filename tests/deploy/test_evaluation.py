"""A checkpoint and its ``.pte`` asked the same."""

import json
from pathlib import Path

import pytest
import yaml

from curation.workspace import Workspace, sha256_of
from deploy.evaluation import evaluate
from deploy.export_pte import export_pte
from deploy.manifest import Quantisation
from deploy.models import opened
from deploy.runtime import PteModel
from deploy.scorer import PteScorer
from deploy.trained import Trained
from finetune.evaluation.benchmarks import load_tasks, select
from finetune.evaluation.harness import ask
from finetune.evaluation.results import Question
from schemas.errors import CurateError, UsageError
from tests.conftest import QA_SOURCE, curate

from .conftest import Deployed

DATA = Path(__file__).parents[1] / "finetune" / "evaluation" / "benchmarks"
NINE = select(["commonsense-9"])
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unquantised(trained: Workspace, tmp_path_factory: pytest.TempPathFactory) -> PteModel:
    """The run ``first`` as a ``.pte`` in fp32."""
    file = tmp_path_factory.mktemp("fp32") / "model.pte"
    export_pte(
        Trained(weights=trained.runs / "first" / "checkpoint"),
        file,
        context=512,
        quantisation=Quantisation(linear="fp32"),
    )
    return PteModel(file)


def asked(workspace: Workspace, model: str, scorer: PteScorer | None = None) -> list[Question]:
    with opened(workspace, model) as one:
        return ask(scorer or one.scorer, one.chat.text, one.chat.begin_id, load_tasks(NINE, DATA))


def test_the_unquantised_pte_has_the_checkpoints_likelihoods(trained: Workspace, unquantised: PteModel) -> None:
    expected, found = asked(trained, "runs/first"), asked(trained, "runs/first", PteScorer(unquantised))
    for one, other in zip(expected, found, strict=True):
        assert other.log_likelihoods == pytest.approx(one.log_likelihoods, abs=1e-3)
        assert (other.correct, other.correct_by_length) == (one.correct, one.correct_by_length)


def test_a_shared_prefix_is_read_once(unquantised: PteModel) -> None:
    read: list[int] = []
    plain = unquantised._forward

    class Counting:
        def execute(self, inputs):  # type: ignore[no-untyped-def]
            read.append(inputs[0].shape[1])
            return plain.execute(inputs)

    unquantised._cached = []
    unquantised._forward = Counting()
    try:
        PteScorer(unquantised).score(list(range(30, 70)), [[5], [6, 7], [6, 8, 9]])
    finally:
        unquantised._forward = plain
    assert read == [40, 1, 1, 1]


def test_one_table_over_base_run_and_bundle(deployed: Deployed) -> None:
    workspace = deployed.workspace
    export = workspace.exports / "tested"
    if not export.exists():
        export.mkdir()
        lines = (workspace.exports / "demo" / "train.jsonl").read_text().splitlines(keepends=True)[:3]
        (export / "test.jsonl").write_text("".join(lines))
        manifest = json.loads((workspace.exports / "demo" / "manifest.json").read_text())
        manifest["sha256"] = {"test.jsonl": sha256_of(export / "test.jsonl")}
        (export / "manifest.json").write_text(json.dumps(manifest))
    workspace.config_file.write_text(yaml.safe_dump({"name": "test", "sources": [QA_SOURCE]}))
    models = ["tiny", "runs/first", "bundles/phone"]
    result = evaluate(workspace, models, data=DATA, benchmarks=["arc_easy", "boolq"], export=export, name="all")
    base, run, phone = result.evaluation.models
    assert [model.kind for model in (base, run, phone)] == ["base", "full", "pte"]
    assert base.domain is not None
    assert run.domain is not None
    assert phone.domain is not None
    # These conversations were trained on, so the run foresees them; quantising costs little.
    assert run.domain.perplexity.value < 3 < 100 < base.domain.perplexity.value
    assert phone.domain.perplexity.value == pytest.approx(run.domain.perplexity.value, rel=0.2)
    assert run.domain.rouge_l.value > 0.5 > base.domain.rouge_l.value
    replies = result.path / f"replies-{run.fingerprint[:12]}.jsonl"
    assert [json.loads(line)["item_id"] for line in replies.read_text().splitlines()] == ["demo:0", "demo:1", "demo:2"]
    table = (result.path / "table.md").read_text()
    assert "| arc_easy | acc_norm | 4 |" in table
    assert "bundles/phone (pte)" in table
    with pytest.raises(CurateError, match="exists"):
        evaluate(workspace, ["tiny"], data=DATA, name="all")


def test_the_command_prints_the_table_and_nothing_else(deployed: Deployed) -> None:
    done = curate("-C", deployed.workspace.root, "evaluate", "tiny", "bundles/phone", "--data", DATA, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = json.loads(done.stdout)["evaluation"]
    assert [model["model"] for model in found["models"]] == ["tiny", "bundles/phone"]
    assert len(found["models"][0]["scores"]) == 10


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (["runs/none"], "not a model"),
        (["tiny", "tiny"], "named once"),
    ],
)
def test_what_cannot_be_evaluated_is_named(trained: Workspace, models: list[str], message: str) -> None:
    with pytest.raises(CurateError, match=message):
        evaluate(trained, models, data=DATA)


def test_nothing_to_ask_is_a_usage_error(trained: Workspace) -> None:
    with pytest.raises(UsageError, match="--data"):
        evaluate(trained, ["tiny"])
