"""A checkpoint and its ``.pte`` asked the same."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from curation.workspace import Workspace, sha256_of
from deploy import Chat, deploy, read_bundle
from deploy.evaluation import BertScoreOptions, evaluate
from deploy.export_pte import export_pte
from deploy.manifest import Quantisation
from deploy.models import opened
from deploy.runtime import PteModel
from deploy.scorer import PteScorer
from deploy.trained import Trained
from finetune.evaluation.benchmarks import load_tasks, select
from finetune.evaluation.harness import ask
from finetune.evaluation.results import Evaluation, Question
from schemas.errors import CurateError, UsageError
from tests.conftest import QA_SOURCE, curate
from tests.finetune.evaluation.judge_server import JudgeServer, rating
from tests.finetune.evaluation.test_bertscore import write_encoder
from tests.loopback import serving

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


@pytest.fixture(scope="module")
def full_logits(trained: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a bundle whose model gives the logits of all positions."""
    workspace = Workspace(tmp_path_factory.mktemp("full"))
    shutil.copytree(trained.root, workspace.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("bundles"))
    return deploy(workspace, "first", weights="fp32", max_context=512, full_logits=True).path


class Counting:
    """A ``.pte``'s method that writes down how many tokens each call reads."""

    def __init__(self, model: PteModel) -> None:
        self.plain, self.read = model._forward, list[int]()

    def execute(self, inputs):  # type: ignore[no-untyped-def]
        self.read.append(inputs[0].shape[1])
        return self.plain.execute(inputs)


def calls_of(model: PteModel, prefix: list[int], endings: list[list[int]]) -> list[int]:
    """How many tokens are read in each call when these endings are scored."""
    counting = Counting(model)
    model._cached, model._forward = [], counting
    try:
        PteScorer(model).score(prefix, endings)
    finally:
        model._forward = counting.plain
    return counting.read


def asked(workspace: Workspace, model: str, scorer: PteScorer | None = None) -> list[Question]:
    with opened(workspace, model) as one:
        return ask(scorer or one.scorer, one.chat.text, one.chat.begin_id, load_tasks(NINE, DATA))


def test_the_unquantised_pte_has_the_checkpoints_likelihoods(trained: Workspace, unquantised: PteModel) -> None:
    expected, found = asked(trained, "runs/first"), asked(trained, "runs/first", PteScorer(unquantised))
    for one, other in zip(expected, found, strict=True):
        assert other.log_likelihoods == pytest.approx(one.log_likelihoods, abs=1e-3)
        assert (other.correct, other.correct_by_length) == (one.correct, one.correct_by_length)


def test_a_shared_prefix_is_read_once(unquantised: PteModel) -> None:
    assert calls_of(unquantised, list(range(30, 70)), [[5], [6, 7], [6, 8, 9]]) == [40, 1, 1, 1]


def test_with_full_logits_an_ending_is_read_in_one_call(full_logits: Path) -> None:
    model = PteModel(full_logits / "model.pte")
    assert calls_of(model, list(range(30, 70)), [[6, 7], [6, 8, 9, 10], [5]]) == [41, 3]
    assert calls_of(model, list(range(300)), [[6, 7]]) == [255, 46]  # the longest call's logits have their room kept


def test_full_logits_change_no_likelihood(trained: Workspace, unquantised: PteModel, full_logits: Path) -> None:
    checkpoint, last = asked(trained, "runs/first"), asked(trained, "runs/first", PteScorer(unquantised))
    found = asked(trained, str(full_logits))
    for one, other, trained_one in zip(found, last, checkpoint, strict=True):
        assert one.log_likelihoods == pytest.approx(other.log_likelihoods, abs=1e-4)
        assert one.log_likelihoods == pytest.approx(trained_one.log_likelihoods, abs=1e-3)
        assert (one.correct, one.correct_by_length) == (other.correct, other.correct_by_length)
    long = [place % 1024 for place in range(400)]
    expected = unquantised.logits_from(long, 3)
    assert expected.shape == (397, 1280)
    assert (PteModel(full_logits / "model.pte").logits_from(long, 3) - expected).abs().max() < 1e-4


def test_a_bundle_with_full_logits_says_that_it_is_not_for_a_phone(full_logits: Path) -> None:
    assert full_logits.name == "first-full-logits"  # the name of the phone's stays free
    assert read_bundle(full_logits).logits == "all"
    assert "**For evaluation, not for a phone.**" in (full_logits / "README.md").read_text().split("## ")[0]
    assert "".join(Chat(full_logits).reply("I cannot sleep.", temperature=0))  # it talks all the same


def test_a_bundle_for_the_phone_says_nothing_of_it(deployed: Deployed) -> None:
    assert deployed.manifest.logits == "last"
    assert "not for a phone" not in (deployed.path / "README.md").read_text()


@pytest.fixture(scope="module")
def tested(trained: Workspace) -> Path:
    """An export whose test part is three conversations that ``first`` was trained on."""
    export = trained.exports / "tested"
    export.mkdir()
    lines = (trained.exports / "demo" / "train.jsonl").read_text().splitlines(keepends=True)[:3]
    (export / "test.jsonl").write_text("".join(lines))
    manifest = json.loads((trained.exports / "demo" / "manifest.json").read_text())
    manifest["sha256"] = {"test.jsonl": sha256_of(export / "test.jsonl")}
    (export / "manifest.json").write_text(json.dumps(manifest))
    trained.config_file.write_text(yaml.safe_dump({"name": "test", "sources": [QA_SOURCE]}))
    return export


def test_one_table_over_base_run_and_bundle(deployed: Deployed, tested: Path) -> None:
    workspace, export = deployed.workspace, tested
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
    assert base.domain.rouge_l.difference is None
    change = run.domain.rouge_l.difference
    assert change is not None
    assert change.value == pytest.approx(run.domain.rouge_l.value - base.domain.rouge_l.value)
    assert change.low <= change.value <= change.high
    assert run.domain.bertscore_f1 is None
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


def test_bertscore_and_a_judge_stand_in_the_table(trained: Workspace, tested: Path, tmp_path: Path) -> None:
    approved = (tested / "test.jsonl").read_text()
    encoder = write_encoder(tmp_path / "encoder", words=sorted(set(re.findall(r"\w+", approved))))
    models, options = ["tiny", "runs/first"], ["--export", str(tested)]
    # A judge that knows what was approved.
    with serving(JudgeServer(lambda text: rating(overall=5 if text and text in approved else 2))) as server:
        judge = ["--judge", server.base_url, "--judge-model", "judge"]
        tried = curate("-C", trained.root, "evaluate", "runs/first", *options, *judge, "--dry-run", "--limit", "2")
        assert tried.returncode == 0, tried.stderr
        assert "2 of 2 conversations of the test part, each with 1 reply, would be sent to 127.0.0.1" in tried.stderr
        assert server.bodies == []
        assert "as judge" not in tried.stdout
        bertscore = ["--bertscore", str(encoder), "--bertscore-layer", "2", "--bertscore-idf"]
        done = curate("-C", trained.root, "evaluate", *models, *options, *bertscore, *judge, "--name", "judged")
        assert done.returncode == 0, done.stderr
        assert "each with 2 replies, are sent now to 127.0.0.1" in done.stderr
        assert len(server.bodies) == 3
    folder = trained.evaluations / "judged"
    evaluation = Evaluation.model_validate_json((folder / "results.json").read_bytes())
    base, run = evaluation.models
    assert evaluation.bertscore is not None
    assert (evaluation.bertscore.layer, evaluation.bertscore.idf) == (2, True)
    assert base.domain is not None
    assert run.domain is not None
    before, after = base.domain.bertscore_f1, run.domain.bertscore_f1
    assert before is not None
    assert after is not None
    assert after.difference is not None
    assert after.value > before.value
    assert after.difference.low > 0
    assert run.judged is not None
    overall = run.judged["overall"].mean
    assert overall is not None
    assert overall.difference is not None
    assert overall.difference.value > 0
    markdown, page = (folder / "table.md").read_text(), (folder / "table.html").read_text()
    for shown in (done.stdout.replace("\n", " "), markdown, page):
        assert "BERTScore F1, %" in shown
        assert "no measure of clinical quality" in shown
        assert "A language model as judge" in shown
        assert "overall quality (1 to 5)" in shown
        assert "overlook what these find unsafe" in shown
    reply = json.loads((folder / f"replies-{run.fingerprint[:12]}.jsonl").read_text().splitlines()[0])
    assert set(reply["measures"]["bertscore"]) == {"precision", "recall", "f1"}
    assert reply["judged"]["overall"] in (2, 5)


def test_options_that_miss_another_are_a_usage_error(trained: Workspace) -> None:
    for options, mend in (
        (["--judge", "http://127.0.0.1:1/v1"], "Name the server and its model"),
        (["--judge-requests", "10"], "Name the server and its model"),
        (["--bertscore-idf"], "Give the folder of an encoder"),
    ):
        done = curate("-C", trained.root, "evaluate", "tiny", "--export", "x", *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert mend in done.stderr
    with pytest.raises(UsageError, match="field '--export'"):
        evaluate(trained, ["tiny"], data=DATA, bertscore=BertScoreOptions(DATA))


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
