"""Reading exports: what is wrong is named by file, row and field, never by its text."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from finetune.bpe import TINY_TOKENIZER
from finetune.data import Conversation, common_system_prompt, read_conversations, read_manifest, tokenise
from finetune.tokenizer import llama_chat
from schemas.errors import CurateError

SECRET = "Call Sarah on 555 0199"


def good(*messages: tuple[str, str]) -> dict[str, object]:
    turns = messages or (("user", "I am tired."), ("assistant", "Since when?"))
    return {"item_id": "a:1", "content_hash": "f" * 64, "messages": [{"role": r, "content": c} for r, c in turns]}


def conversation(*messages: tuple[str, str]) -> Conversation:
    return Conversation.model_validate(good(*messages))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"item_id": "' + SECRET, "row 2: not a line of JSON"),
        (json.dumps([SECRET]), "row 2: Input should be a valid dictionary"),
        (json.dumps(good() | {"item_id": None}), "row 2, field 'item_id': Input should be a valid string"),
        (json.dumps({"messages": good()["messages"], "item_id": "a"}), "row 2, field 'content_hash': Field required"),
        (
            json.dumps(good(("user", SECRET), ("therapist", SECRET))),
            "row 2, field 'messages.1.role': Input should be 'system', 'user' or 'assistant'",
        ),
        (json.dumps(good(("user", SECRET), ("assistant", " "))), "row 2, field 'messages.1.content': empty text"),
        (json.dumps(good(("user", SECRET))), "row 2, field 'messages': no assistant message to learn from"),
        (
            json.dumps(good(("user", SECRET), ("assistant", SECRET), ("system", SECRET))),
            "row 2, field 'messages.2.role': a system message after the first",
        ),
    ],
)
def test_a_bad_line_is_named_without_its_text(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "train.jsonl").write_text(json.dumps(good()) + "\n" + line + "\n")
    with pytest.raises(CurateError) as caught:
        read_conversations(tmp_path, "train")
    assert message in str(caught.value)
    assert "train.jsonl" in str(caught.value)
    assert "curate export" in str(caught.value)
    assert "Sarah" not in str(caught.value)
    assert caught.value.__suppress_context__ or "Sarah" not in repr(caught.value.__context__)


def test_absent_and_empty_files_are_empty_splits(tmp_path: Path) -> None:
    (tmp_path / "validation.jsonl").write_text("\n")
    assert read_conversations(tmp_path, "validation") == []
    assert read_conversations(tmp_path, "test") == []


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (None, "not an export: its manifest is missing"),
        (
            {"format": "alpaca", "fingerprint": "ab" * 32, "build_id": "b"},
            "field 'format': Input should be 'torchtune'",
        ),
        ({"format": "torchtune", "build_id": "b"}, "field 'fingerprint': Field required"),
    ],
)
def test_a_folder_that_is_no_export_is_refused(tmp_path: Path, manifest: object, message: str) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CurateError, match=message) as caught:
        read_manifest(tmp_path)
    assert "Run `curate export --format torchtune`" in str(caught.value)


def test_an_export_that_was_changed_is_not_trained_on(write_export: Callable[..., Path]) -> None:
    folder = write_export([[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]])
    assert read_manifest(folder).ledger_head == "cd" * 32
    with (folder / "train.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(CurateError, match=r"train\.jsonl: was changed after the export"):
        read_manifest(folder)
    (folder / "train.jsonl").unlink()
    with pytest.raises(CurateError, match="or is missing"):
        read_manifest(folder)


def test_long_conversations_keep_their_beginning_and_say_so() -> None:
    chat = llama_chat(TINY_TOKENIZER, 1280)
    whole = tokenise([conversation()], chat, 1000)[0]
    cut = tokenise([conversation()], chat, len(whole.ids) - 2)[0]
    headers_only = tokenise([conversation()], chat, 8)[0]
    assert whole.tokens_cut == 0
    assert whole.is_trainable
    assert (cut.ids, cut.tokens_cut, cut.is_trainable) == (whole.ids[:-2], 2, True)
    assert not headers_only.is_trainable
    dropped = tokenise([conversation()], chat, len(whole.ids) - 2, "drop")[0]
    assert (dropped.ids, dropped.tokens_cut, dropped.is_trainable) == ([], 2, False)
    n = len(whole.ids) - 1
    with pytest.raises(CurateError, match=rf"1 of 2 conversations have more than {n} tokens, the first is a:1. Raise"):
        tokenise([conversation(("user", "Hi"), ("assistant", "Hello")), conversation()], chat, n, "refuse")


def test_the_system_prompt_of_most_conversations_is_found() -> None:
    first, second = ("system", "You listen."), ("system", "You advise.")
    exchange = [("user", "Hi"), ("assistant", "Hello")]
    assert (
        common_system_prompt([conversation(first, *exchange)] * 2 + [conversation(second, *exchange)]) == "You listen."
    )
    assert common_system_prompt([conversation(first, *exchange), conversation(*exchange)]) is None
    assert common_system_prompt([conversation(*exchange)]) is None
