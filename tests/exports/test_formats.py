"""Each layout of training files says the same conversation, and can be read back; tokens are those of the model."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import export
from exports.export import why_left_out
from exports.formats import FORMATS
from exports.messages import Messages, messages, without_opening
from exports.tokens import token_counter
from schemas.errors import ConfigError, CurateError
from schemas.release_config import ExportConfig
from tests.exports.conftest import Make, Plan

WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(lambda text: text.strip())


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    row = {"item_id": "a-1", "content_hash": "0" * 64, "question": None, "answer": None, "turns": None}
    if draw(st.booleans()):
        return {**row, "question": draw(WORD), "answer": draw(WORD)}
    said = draw(st.lists(WORD, min_size=3, max_size=9))
    first = draw(st.integers(0, 1))
    roles = ("seeker", "supporter")
    return {**row, "turns": [{"role": roles[(first + at) % 2], "text": text} for at, text in enumerate(said)]}


def from_sharegpt(record: dict[str, Any]) -> Messages:
    role = {"system": "system", "human": "user", "gpt": "assistant"}
    return [{"role": role[one["from"]], "content": one["value"]} for one in record["conversations"]]


def from_alpaca(record: dict[str, Any]) -> Messages:
    pairs = [*record["history"], [record["instruction"], record["output"]]]
    said = [{"role": "system", "content": record["system"]}] if record["system"] else []
    for question, answer in pairs:
        said += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return said


@given(rows(), st.none() | WORD)
def test_every_layout_can_be_read_back(row: dict[str, Any], system: str | None) -> None:
    said = messages(row, system)
    records = {name: json.loads(json.dumps(layout(row, said))) for name, layout in FORMATS.items()}
    assert records["torchtune"]["messages"] == records["openai"]["messages"] == records["parquet"]["messages"] == said
    assert from_sharegpt(records["sharegpt"]) == from_alpaca(records["alpaca"]) == without_opening(said)


@pytest.mark.parametrize("format", FORMATS)
def test_files_of_each_layout_hold_the_same_conversations(format: str, plan: Plan, make: Make) -> None:
    plan.config["export"] = {"system_prompt": "You listen.", "crisis_policy": "In danger, name 988."}
    workspace = make(plan)
    result = export(workspace, format)
    folder = workspace.exports / format
    index = list(csv.DictReader((folder / "items.csv").open()))
    assert len(index) == sum(result.examples.values()) == sum(one["verdict"] == "accept" for one in plan.reviews) // 2
    ending = "parquet" if format == "parquet" else "jsonl"
    file = folder / f"train.{ending}"
    read = (
        pq.read_table(file).to_pylist()
        if format == "parquet"
        else [json.loads(line) for line in file.read_text().split("\n") if line]
    )
    by_id = {item["item_id"]: item for item in plan.items}
    of_train = [by_id[one["item_id"]] for one in index if one["part"] == "train"]
    expected = [messages(item, "You listen.\n\nIn danger, name 988.") for item in of_train]
    if format in ("sharegpt", "alpaca"):
        back = from_sharegpt if format == "sharegpt" else from_alpaca
        assert [back(one) for one in read] == [without_opening(said) for said in expected]
    else:
        assert [one["messages"] for one in read] == expected
    if format == "openai":
        assert all(set(one) == {"messages"} for one in read)


@pytest.mark.parametrize(
    ("level", "why"), [("active", "of a crisis"), (None, "of a risk that was not read"), ("none", None)]
)
def test_an_item_whose_risk_was_not_read_may_be_one_of_a_crisis(level: str | None, why: str | None) -> None:
    said: Messages = [{"role": "user", "content": "Hilfe"}, {"role": "assistant", "content": "Ich bin da."}]
    assert why_left_out({"risk_level": level}, said, ExportConfig(crisis_items="leave_out")) == why
    assert why_left_out({"risk_level": level}, said, ExportConfig()) is None


def test_items_of_a_crisis_can_be_left_out(plan: Plan, make: Make) -> None:
    plan.config["export"] = {"crisis_items": "leave_out", "crisis_levels": ["active"]}
    result = export(make(plan), "openai")
    rejected = {review["item_id"] for review in plan.reviews if review["verdict"] == "reject"}
    active = [item for item in plan.items if item["risk_level"] == "active" and item["item_id"] not in rejected]
    assert active
    assert result.left_out["of a crisis"] == len(active)


def test_a_level_of_risk_that_there_is_not_is_refused(plan: Plan, make: Make) -> None:
    plan.config["export"] = {"crisis_items": "leave_out", "crisis_levels": ["suicidal"]}
    with pytest.raises(ConfigError, match="export.crisis_levels"):
        export(make(plan), "openai")


def test_tokens_are_those_that_training_sees(shared: Path) -> None:
    finetune = pytest.importorskip("finetune.tokenizer")
    file = shared / "tokenizer" / "tokenizer.model"
    tokenizer, count = finetune.load_tokenizer(file), token_counter(file)
    for said in (
        [
            ("user", "I can't sleep, it's 3:45 am again..."),
            ("assistant", "  That sounds exhausting. \n\n What helps?\n"),
        ],
        [("system", "You listen."), ("user", "Жить 不想 🙂"), ("assistant", "I'm here.")],
    ):
        expected = finetune.encode_chat(tokenizer, [finetune.Turn(role, text) for role, text in said]).ids
        assert count([{"role": role, "content": text} for role, text in said]) == len(expected)


def test_tokens_are_counted_by_part(plan: Plan, make: Make, tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({"?": 0}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    result = export(make(plan), tokenizer=tmp_path / "tokenizer.json")
    assert result.tokens is not None
    assert result.tokens["train"].tokens > result.tokens["test"].tokens > result.tokens["test"].longest > 0


def test_a_file_that_is_no_tokenizer_is_told(tmp_path: Path) -> None:
    for name in ("tokenizer.model", "tokenizer.json"):
        (tmp_path / name).write_text("hello there you\n")
        with pytest.raises(CurateError, match="is no tokenizer in"):
            token_counter(tmp_path / name)
    with pytest.raises(CurateError, match="there is no such file"):
        token_counter(tmp_path / "none.model")
