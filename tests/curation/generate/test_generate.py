"""`curate generate`, from books in a workspace to items that a reviewer can check against their passage."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from curation import Workspace, build_dataset, open_build
from curation.generate import generate, marked_passage, plan_of
from curation.generate.rights import check_may_send
from curation.tracing import trace
from schemas.config import SourceConfig
from schemas.errors import ConfigError, CurateError, Refused, UsageError
from tests.conftest import curate
from tests.curation.generate import books
from tests.curation.generate.server import Model
from tests.loopback import serving

BOOK = """# Panic

Panic disorder affects about 3 in 100 adults. An attack peaks within 10 minutes and then fades.

## A case

Please write to Jane Miller, jane.miller@example.com, if you have questions. She lives in Springfield.

## Treatment

Cognitive therapy helps most patients. Twelve sessions are usual, and relapses are rare after treatment.
"""

Make = Callable[..., Workspace]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a workspace of one source with texts: ``make(BOOK, by="endpoint", base_url=...)``."""

    def workspace(text: str, license: str = "CC-BY-4.0", kind: str = "qa", **how: Any) -> Workspace:
        (tmp_path / "sources").mkdir(exist_ok=True)
        (tmp_path / "sources" / "book.md").write_text(text)
        source = {"id": "book", "texts": "sources/book.md", "kind": kind, "license": license, "citation": "A Book"}
        config = {"name": "test", "sources": [{**source, "generate": how}]}
        (tmp_path / "curate.yaml").write_text(yaml.safe_dump(config))
        return Workspace(tmp_path)

    return workspace


def asking(model: Model, **how: Any) -> dict[str, Any]:
    return {"by": "endpoint", "base_url": model.base_url, "model": "fake", **how}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def items(workspace: Workspace) -> list[dict[str, Any]]:
    build_dataset(workspace, workers=1)
    found: list[dict[str, Any]] = open_build(workspace).items().to_pylist()
    return found


def test_a_books_own_questions_become_items_without_any_server(make: Make) -> None:
    workspace = make(books.MARKDOWN)
    result = generate(workspace, "book")
    assert (result.items, result.passages, result.reasons) == (2, 3, {})
    choice, glossary = items(workspace)
    assert glossary["question"] == "What is meant by “insomnia”?"
    assert glossary["passage"] == "insomnia: trouble falling or staying asleep"
    provenance = choice["provenance"]
    assert provenance["origin"] == "human"
    assert provenance["license"] == "CC-BY-4.0"
    assert provenance["citation"] == "A Book"
    assert provenance["locator"].startswith("book.md: Sleep and Health, choice, characters ")
    assert not [flag for flag in choice["flags"] + glossary["flags"] if flag["flag"] == "unsupported"]


def test_generated_items_carry_model_prompt_passage_and_what_supports_them(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK, **asking(model, questions=2, temperature=0.3, seed=5))
        result = generate(workspace, "book")
        assert (result.passages, result.answered, result.quarantined, result.remaining) == (3, 3, 0, 0)
        item = items(workspace)[0]
    assert item["answer"] == "Panic disorder affects about 3 in 100 adults."
    assert item["passage"].startswith(item["answer"])
    assert item["support"] == [{"field": "answer", "start": 0, "end": len(item["answer"])}]
    provenance = item["provenance"]
    assert provenance["origin"] == "generated"
    assert provenance["generator"] == "fake (fake-7b), temperature 0.3, seed 5"
    assert provenance["prompt"].startswith("qa-1@")
    assert provenance["passage"] == "book.md#7-102"
    assert provenance["locator"] == "book.md: book > Panic, paragraph 1, characters 7-102"
    assert trace(workspace, item["item_id"]).provenance["passage"] == "book.md#7-102"


def test_items_of_one_passage_stay_in_one_part_of_the_split(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK, **asking(model, questions=2))
        generate(workspace, "book")
        found = items(workspace)
    groups = {(item["provenance"]["passage"], item["group_id"]) for item in found}
    assert len(found) == 6
    assert len(groups) == 3


def test_nothing_personal_is_sent_and_what_is_sent_can_be_read(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK.replace("## A case", "## The case of Jane Miller"), **asking(model))
        generate(workspace, "book")
        sent = json.dumps(model.bodies)
    for personal in ("Jane", "Miller", "example.com", "Springfield"):
        assert personal not in sent
        assert personal not in (workspace.root / "generated/book/items.jsonl").read_text()
    shown = rows(workspace.root / "generated/book/passages.jsonl")
    assert all(json.dumps(passage["text"])[1:-1] in sent for passage in shown)
    assert all((passage["license"], passage["citation"]) == ("CC-BY-4.0", "A Book") for passage in shown)


def test_an_answer_that_its_passage_does_not_bear_out_is_flagged_for_the_reviewer(make: Make) -> None:
    with serving(Model(always={"Panic disorder": "lying"})) as model:
        workspace = make(BOOK, **asking(model, questions=1))
        generate(workspace, "book")
        found = items(workspace)
    flagged = {
        item["answer"]: {flag["rule"] for flag in item["flags"] if flag["flag"] == "unsupported"} for item in found
    }
    assert flagged["Panic disorder affects about 16 in 113 adults."] == {"number_not_in_passage"}
    assert flagged["Cognitive therapy helps most patients."] == set()


def test_a_dialogue_has_about_ten_answers_each_with_its_support(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK, kind="dialogue", **asking(model))
        generate(workspace, "book")
        item = items(workspace)[0]
    assert len(item["turns"]) == 20
    assert {one["field"] for one in item["support"]} == {f"turns.{place}.text" for place in range(1, 20, 2)}


def test_the_mix_of_questions_and_readers_is_even(make: Make) -> None:
    paragraphs = "\n\n".join(f"## Part {number}\n\n" + "Sleep is good for all of us. " * 6 for number in range(12))
    with serving(Model()) as model:
        result = generate(make(paragraphs, **asking(model, questions=3)), "book")
    assert set(result.coverage.types.values()) == {9}
    assert set(result.coverage.readers.values()) == {12}
    assert result.coverage.near_duplicates > 0


def test_coverage_names_the_passages_and_sections_without_a_question(make: Make) -> None:
    with serving(Model(always={"Cognitive": "refusing"})) as model:
        result = generate(make(BOOK, **asking(model, attempts=1)), "book")
    bare = [topic.section for topic in result.coverage.topics if not topic.questions]
    assert bare == ["Treatment"]
    assert len(result.coverage.passages_without_question) == 1
    assert result.reasons == {"refused": 1}


def test_a_second_run_pays_for_nothing_and_writes_the_same(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK, **asking(model))
        generate(workspace, "book")
        first = (workspace.root / "generated/book/items.jsonl").read_bytes()
        again = generate(workspace, "book")
        assert (again.answered, again.reused, again.requests) == (3, 3, 3)
        assert (workspace.root / "generated/book/items.jsonl").read_bytes() == first
        assert model.asked.total() == 3


def test_a_budget_that_is_spent_ends_with_exit_code_1_and_says_how_to_go_on(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK, **asking(model, max_requests=2))
        done = curate("-C", workspace.root, "generate", "book")
        assert done.returncode == 1
        assert "Raise generate.max_requests" in done.stderr
        assert model.asked.total() == 2
        assert generate(make(BOOK, **asking(model, max_requests=9)), "book").remaining == 0
        assert Counter(model.asked.values()) == {1: 3}


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK, **asking(model))
        plan = plan_of(workspace, "book")
        assert (plan.passages, plan.to_ask, plan.license) == (3, 3, "CC-BY-4.0")
        assert plan.masked >= 3
        assert plan.host == model.base_url.split("/")[2]
        assert (workspace.root / plan.file).is_file()
        assert model.bodies == []


def test_without_a_server_nothing_is_sent_and_the_error_says_how_to_start_one(make: Make) -> None:
    with pytest.raises(ConfigError, match="'generate.base_url': is missing: without it nothing leaves this machine"):
        generate(make(BOOK, by="endpoint", model="fake"), "book")
    with pytest.raises(ConfigError, match="llama-server"):
        generate(make(BOOK, by="endpoint"), "book")
    with pytest.raises(ConfigError, match="'generate.model': is missing"):
        generate(make(BOOK, by="endpoint", base_url="http://127.0.0.1:9/v1"), "book")


@pytest.mark.parametrize("license", ["CC-BY-ND-4.0", "LicenseRef-Clinic", "CC-BY-4.0 OR CC-BY-NC-ND-4.0"])
def test_texts_of_a_licence_that_does_not_allow_it_go_to_no_other_machine(make: Make, license: str) -> None:
    elsewhere = {"by": "endpoint", "base_url": "https://models.example.org/v1", "model": "fake"}
    with pytest.raises(Refused, match="are not sent to another machine"):
        generate(make(BOOK, license, **elsewhere), "book")
    with serving(Model()) as model:
        assert generate(make(BOOK, license, **asking(model)), "book").answered == 3


def test_texts_in_a_language_whose_names_are_not_found_go_to_no_other_machine() -> None:
    book = {"id": "book", "kind": "qa", "texts": "book.md", "license": "CC-BY-4.0", "generate": {"by": "extraction"}}
    check_may_send(SourceConfig.model_validate(book), "https://models.example.org/v1")
    german = SourceConfig.model_validate({**book, "language": "de"})
    check_may_send(german, "http://127.0.0.1:8080/v1")
    with pytest.raises(Refused, match="names in texts of language 'de' are not found"):
        check_may_send(german, "https://models.example.org/v1")


def test_a_prompt_of_ones_own_has_its_version_in_the_provenance(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK, **asking(model, prompt="mine-2.md"))
        (workspace.root / "mine-2.md").write_text("Be kind.\n---\nAbout:\n\n$passage\n\nWrite:\n$plan")
        generate(workspace, "book")
        assert model.bodies[0]["messages"][0]["content"] == "Be kind."
        assert items(workspace)[0]["provenance"]["prompt"].startswith("mine-2@")
        (workspace.root / "mine-2.md").write_text("No place for it.")
        with pytest.raises(ConfigError, match="mine-2.md, field 'generate.prompt': is no prompt"):
            generate(workspace, "book")


def test_a_build_before_anything_was_generated_says_what_to_run(make: Make) -> None:
    with pytest.raises(CurateError, match="has no records yet.*Run `curate generate book` first"):
        build_dataset(make(BOOK))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "dialogue"}, "books hold questions, not dialogues"),
        ({"map": {"question": "q", "answer": "a"}, "path": "x.jsonl"}, "with texts, path is not given"),
        ({"origin": "generated"}, "with texts, origin is not given"),
        ({"generate": {"by": "magic"}}, "should be 'extraction' or 'endpoint'"),
        ({"generate": {"base_url": "127.0.0.1:8080"}}, "base_url"),
        ({"texts": None}, "map"),
    ],
)
def test_what_cannot_be_in_curate_yaml_is_named(make: Make, changes: dict[str, Any], message: str) -> None:
    workspace = make(BOOK)
    config = yaml.safe_load(workspace.config_file.read_text())
    config["sources"][0] |= changes
    workspace.config_file.write_text(yaml.safe_dump(config))
    with pytest.raises(ConfigError, match=message):
        generate(workspace, "book")


def test_a_source_that_is_none_or_has_no_texts_is_named(make: Make) -> None:
    with pytest.raises(UsageError, match="there is no source 'boook'. Sources with texts: book."):
        generate(make(BOOK), "boook")
    with pytest.raises(UsageError, match="sends nothing anywhere"):
        plan_of(make(BOOK), "book")


def test_records_of_ones_own_that_bring_a_passage_are_checked_as_well(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    passage = "Lithium needs blood tests, says Jane Miller of jane.miller@example.com."
    records = [
        {"q": "What does lithium need?", "a": "Lithium needs blood tests.", "p": passage, "s": [passage[:26]]},
        {"q": "What else is needed?", "a": "Lithium needs no blood tests.", "p": passage, "s": ["Take it at noon."]},
    ]
    (tmp_path / "sources/own.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    mapping = {"question": "q", "answer": "a", "passage": "p", "quotes": "s"}
    source = {"id": "own", "path": "sources/own.jsonl", "kind": "qa", "map": mapping, "license": "CC0-1.0"}
    config = {"name": "test", "sources": [{**source, "origin": "human"}]}
    (tmp_path / "curate.yaml").write_text(yaml.safe_dump(config))
    first, second = items(Workspace(tmp_path))
    assert "Jane" not in first["passage"]
    assert "@" not in first["passage"]
    assert first["flags"] == []
    assert {flag["rule"] for flag in second["flags"]} >= {"quote_not_in_passage", "negation_differs"}


def test_a_passage_is_shown_with_its_support_marked_and_its_place_below(make: Make) -> None:
    with serving(Model()) as model:
        workspace = make(BOOK.replace("100 adults", "100 <b>adults</b> & teens"), **asking(model, questions=1))
        generate(workspace, "book")
        item = items(workspace)[0]
    shown = str(marked_passage(item))
    assert "<mark>Panic disorder affects about 3 in 100 adults &amp; teens.</mark> An attack" in shown
    assert "<p class='locator'>book.md: book &gt; Panic, paragraph 1" in shown
    assert marked_passage({**item, "passage": None}) == ""
