"""The rules on real corpora: how much they touch, and that nothing is lost or left."""

import csv
import json
import re
import sys
from pathlib import Path

import pytest

from curation.cleaning import GENERAL_RULES, clean_text
from curation.cleaning.task_chatter import is_chatter, split_sentences

SOURCES = Path(__file__).parents[4] / "shared" / "data" / "sources"
pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the development data is not beside the repository")
ESCONV_RULES = (*GENERAL_RULES, "detokenized_spacing", "task_chatter")


def answers(name: str) -> list[str]:
    csv.field_size_limit(sys.maxsize)
    with (SOURCES / "counsel_chat" / name).open(encoding="utf-8", newline="") as file:
        return [row["answerText"] for row in csv.DictReader(file)]


def dialogues() -> list[list[str]]:
    found: list[list[str]] = []
    for part in ("valid", "test"):
        with (SOURCES / "esconv" / f"MultiESC_{part}.txt").open(encoding="utf-8") as file:
            found += [[turn["text"] for turn in json.loads(line)["dialog"]] for line in file]
    return found


def test_html_answers_lose_their_tags_and_keep_their_paragraphs() -> None:
    cleaned = [clean_text(answer)[0] for answer in answers("counselchat-data.csv")]
    assert not [text for text in cleaned if re.search(r"</?\w+[^<>]*>|&\w+;|data:image|mso-", text)]
    assert sum(not text for text in cleaned) == 5
    assert sum("\n\n" in text for text in cleaned) > 700


def test_no_link_of_the_html_answers_is_lost() -> None:
    for answer in answers("counselchat-data.csv"):
        for target in re.findall(r"<a\s[^>]*href=[\"'](?:https?://|mailto:)?(?:www\.)?([\w.@-]+)", answer):
            assert target.lower() in clean_text(answer)[0].lower()


def test_glued_sentences_are_rare_afterwards() -> None:
    glued = re.compile(r"[a-z)][.?!][\"')]*[A-Z]")
    before = answers("20200325_counsel_chat.csv")
    after = [clean_text(answer)[0] for answer in before]
    assert sum(bool(glued.search(text)) for text in before) / len(before) > 0.45
    assert sum(bool(glued.search(text)) for text in after) / len(after) < 0.02
    assert not [text for text in after if "\u00a0" in text]


def test_cleaning_changes_only_white_space_in_plain_answers() -> None:
    for answer in answers("20200325_counsel_chat.csv"):
        assert "".join(clean_text(answer)[0].split()) == "".join(answer.replace("\u200b", "").split())


def test_study_chatter_is_in_a_tenth_of_the_dialogues_and_goes() -> None:
    found = dialogues()
    touched = [[turn for turn in turns if "task_chatter" in clean_text(turn, ESCONV_RULES)[1]] for turns in found]
    assert 0.08 < sum(map(bool, touched)) / len(found) < 0.16
    assert sum(map(len, touched)) < 0.02 * sum(map(len, found))


def test_no_sentence_of_the_counsellors_answers_is_taken_for_study_chatter() -> None:
    for answer in answers("20200325_counsel_chat.csv"):
        assert not [sentence for sentence in split_sentences(answer) if is_chatter(sentence)]
