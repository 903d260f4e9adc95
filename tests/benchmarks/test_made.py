"""Made corpora: what is planted in them, and that a build is scored by it."""

import json
from pathlib import Path

import pytest

from benchmarks.build import ours
from benchmarks.made import make
from benchmarks.made.__main__ import EXAMPLES
from benchmarks.made.maker import RATES
from benchmarks.made.score import Share, records, score, summed
from benchmarks.made.sentences import texts_of
from schemas.errors import UsageError


def made(folder: Path, number: int, seed: int = 7) -> Path:
    make(folder, number, seed, texts_of([EXAMPLES]))
    return folder


def sources(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in (folder / "sources").iterdir()}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("made") / "corpus", 800)


def test_everything_is_planted_and_told(corpus: Path) -> None:
    told = json.loads((corpus / "made.json").read_text())
    truth = [json.loads(line) for line in (corpus / "truth.jsonl").read_text().splitlines()]
    assert told["records"] == sum(told["rows"].values()) == 800
    assert set(RATES) <= set(told["planted"])
    assert len(truth) == 800 - told["planted"]["plain"]
    forum = (corpus / "sources" / "forum.jsonl").read_text(encoding="utf-8").split("\n")
    one = next(one for one in truth if one["kind"] == "email" and one["source"] == "forum")
    record = json.loads(forum[one["row"] - 1])
    assert record["id"] == one["record"]
    assert one["value"] in record["question"] + record["answer"]


def test_a_corpus_is_the_beginning_of_a_larger_one(corpus: Path, tmp_path: Path) -> None:
    smaller = sources(made(tmp_path / "smaller", 300))
    for name, text in sources(corpus).items():
        assert text.startswith(smaller[name])
    assert sources(made(tmp_path / "other", 300, seed=8)) != smaller


def test_records_are_added_to_what_stands(tmp_path: Path) -> None:
    folder = made(tmp_path / "corpus", 200)
    before = sources(folder)
    made(folder, 50)
    assert json.loads((folder / "made.json").read_text())["records"] == 250
    assert all(text.startswith(before[name]) for name, text in sources(folder).items())
    keys = [key for key, _, _ in records(folder)]
    assert len(set(keys)) == len(keys)


def test_what_was_not_made_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        made(tmp_path, 10)


def test_doing_nothing_scores_nothing(corpus: Path) -> None:
    nothing = score(corpus, ((key, texts) for key, _, texts in records(corpus)), [])
    assert summed(nothing.copies_found.values()).part == nothing.unique_lost.part == nothing.contrasts_lost.part == 0
    assert summed(nothing.masked.values()).part == summed(nothing.repaired.values()).part == 0
    assert summed(nothing.stayed.values()).part == summed(nothing.stayed.values()).of > 0
    assert nothing.clean_touched.part == 0
    assert nothing.faults["empty"]["passed"] > 0
    assert nothing.faults["cut"]["dropped"] > 0


def test_keeping_nothing_loses_everything(corpus: Path) -> None:
    everything = score(corpus, [], [])
    assert everything.unique_lost.part == everything.unique_lost.of
    assert everything.contrasts_lost.part == everything.contrasts_lost.of > 0


def test_a_build_finds_what_was_planted(corpus: Path, tmp_path: Path) -> None:
    found = ours(corpus, tmp_path, triage=False).score
    assert found.unique_lost == Share(0, found.unique_lost.of)
    assert found.contrasts_lost.part == found.clean_touched.part == 0
    copies = summed(found.copies_found.values())
    assert copies.part >= 0.9 * copies.of
    assert all(share.part == share.of for share in (*found.masked.values(), *found.stayed.values()))
    assert all(share.part == share.of for share in found.repaired.values())
    assert all(ends["told"] == sum(ends.values()) for ends in found.faults.values())
