"""``curate generate``: the texts of a source into records that a build reads."""

import fcntl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from curation.generate.coverage import coverage_of
from curation.generate.endpoint import Endpoint, check_named
from curation.generate.extraction import extract
from curation.generate.journal import Journal
from curation.generate.passages import DEEPER, Passage, locator
from curation.generate.prompting import Prompt, Request, Sent, load_prompt, requests_of
from curation.generate.replies import Conversation, Pairs, parsed, records
from curation.generate.rights import check_may_send
from curation.generate.sentences import tokens
from curation.generate.texts import Texts, public_title, read_texts, source_of
from curation.generate.work import FIRST_PAUSE, Result, ask_all
from curation.generate.written import PASSAGES, Record, folder_of, locator_of, write, write_passages
from curation.progress import Progress, silent
from curation.step import digest
from curation.workspace import Workspace
from schemas.config import GenerateConfig, SourceConfig
from schemas.errors import CurateError, UsageError
from schemas.generation import GeneratePlan, GenerateResult

_AT_ONCE = 64
"""Passages scrubbed at once."""


def generate(
    workspace: Workspace,
    source_id: str,
    *,
    retry: bool = False,
    progress: Progress = silent,
    first_pause: float = FIRST_PAUSE,
) -> GenerateResult:
    """Makes the records of a source from its texts and writes them where a build reads them.

    With an endpoint, every passage is answered, quarantined with its reason or, where the budget is spent, left for a
    later run. What was answered before is not asked again. Nothing is sent that was not scrubbed.

    Args:
        workspace: The workspace.
        source_id: A source with ``texts``.
        retry: Whether passages in quarantine are tried again.
        progress: Is told how far it is.
        first_pause: Seconds before a request is repeated, where the server does not say.

    Raises:
        ConfigError: If no server or model is named.
        Refused: If the licence does not allow to send the texts to another machine.
        CurateError: If a text cannot be read, the server answers nothing, or another run of this source is under way.
    """
    source, pii = source_of(workspace, source_id)
    assert source.generate is not None, "a source with texts has it filled in"
    if source.generate.by == "endpoint":
        _check_endpoint(source, source.generate)
    with _alone(workspace, source_id):
        texts = read_texts(workspace, source, pii, progress)
        if texts.config.by == "extraction":
            return _extracted(workspace, texts)
        return _answered(workspace, texts, retry, progress, first_pause)


def plan_of(workspace: Workspace, source_id: str, *, progress: Progress = silent) -> GeneratePlan:
    """What a run would send, to whom, and how much it would cost; sends nothing.

    Raises:
        CurateError: As :func:`generate`, and if the source asks no endpoint.
    """
    source, pii = source_of(workspace, source_id)
    assert source.generate is not None, "a source with texts has it filled in"
    if source.generate.by != "endpoint":
        raise UsageError(f"source '{source_id}' sends nothing anywhere", mend="Run it without --dry-run.")
    _check_endpoint(source, source.generate)
    texts = read_texts(workspace, source, pii, progress)
    prepared, masked = _requests(workspace, texts, progress)
    journal = Journal(_journal_file(workspace), source_id)
    to_ask = [request for request in prepared if journal.answer(request.key) is None]
    journal.close()
    sent = sum(tokens(message["content"]) for request in to_ask for message in request.body["messages"])
    endpoint = Endpoint(texts.config)
    endpoint.close()
    return GeneratePlan(
        source_id=source_id,
        host=endpoint.host,
        license=source.license,
        passages=len(prepared),
        to_ask=len(to_ask),
        masked=masked,
        tokens=sent + len(to_ask) * texts.config.answer_tokens,
        file=workspace.relative(folder_of(workspace, source_id) / PASSAGES),
    )


def _check_endpoint(source: SourceConfig, config: GenerateConfig) -> None:
    check_named(config)
    assert config.base_url is not None, "check_named asks for it"
    check_may_send(source, config.base_url)


def _extracted(workspace: Workspace, texts: Texts) -> GenerateResult:
    found: list[Record] = []
    reasons: Counter[str] = Counter()
    for document in texts.documents:
        extracted = extract(document)
        reasons += extracted.left_out
        for pair in extracted.pairs:
            passage_id = f"{document.file}#{pair.start}-{pair.end}"
            titles = tuple(map(public_title, pair.sections))
            found.append(
                {
                    "id": digest([document.file, pair.question])[:12],
                    "question": pair.question,
                    "answer": pair.answer,
                    "topic": titles[-1],
                    "locator": locator(document.file, DEEPER.join(titles), pair.kind, pair.start, pair.end),
                    "passage_id": passage_id,
                    "passage": pair.source,
                    "quotes": [],
                    "generator": None,
                    "prompt": None,
                    "type": pair.kind,
                    "file": document.file,
                    "section": titles[-1],
                }
            )
    unique = list({record["id"]: record for record in found}.values())
    reasons["a question that the book has twice"] += len(found) - len(unique)
    shown = [Sent(passage.passage_id, passage.titles, passage.text) for passage in texts.passages]
    write(workspace, texts, unique, shown, [])
    return GenerateResult(
        source_id=texts.source.id,
        by="extraction",
        documents=len(texts.documents),
        passages=len(texts.passages),
        left_out=texts.left_out,
        items=len(unique),
        reasons={reason: count for reason, count in sorted(reasons.items()) if count},
        coverage=coverage_of(texts.passages, unique),
        folder=workspace.relative(folder_of(workspace, texts.source.id)),
    )


def _answered(
    workspace: Workspace, texts: Texts, retry: bool, progress: Progress, first_pause: float
) -> GenerateResult:
    source, config = texts.source, texts.config
    prompt = _prompt(workspace, source, config)
    prepared, _ = _requests(workspace, texts, progress)
    journal, endpoint = Journal(_journal_file(workspace), source.id), Endpoint(config)
    try:
        results = ask_all(
            prepared,
            endpoint,
            journal,
            config,
            partial(parsed, kind=source.kind),
            retry=retry,
            progress=progress,
            first_pause=first_pause,
        )
        spent, outcomes = journal.spent(), journal.outcomes()
    finally:
        endpoint.close()
        journal.close()
    found = [
        record
        for result, passage in zip(results, texts.passages, strict=True)
        for record in _records(result, passage, prompt, texts)
    ]
    quarantined = [
        {
            "passage_id": result.request.sent.passage_id,
            "locator": locator_of(passage),
            "reason": result.reason,
            "requests": result.attempts,
        }
        for result, passage in zip(results, texts.passages, strict=True)
        if result.state == "quarantined"
    ]
    write(workspace, texts, found, [request.sent for request in prepared], quarantined)
    answered = [result for result in results if result.state == "answered"]
    with_items = {record["passage_id"] for record in found}
    return GenerateResult(
        source_id=source.id,
        by="endpoint",
        documents=len(texts.documents),
        passages=len(results),
        left_out=texts.left_out,
        items=len(found),
        answered=len(answered),
        reused=sum(result.cached for result in answered),
        empty=sum(result.request.sent.passage_id not in with_items for result in answered),
        quarantined=len(quarantined),
        remaining=sum(result.state == "remaining" for result in results),
        reasons=dict(sorted(Counter(str(one["reason"]) for one in quarantined).items())),
        requests=spent.requests,
        tokens=spent.tokens,
        outcomes=outcomes,
        coverage=coverage_of(texts.passages, found),
        folder=workspace.relative(folder_of(workspace, source.id)),
    )


def _prompt(workspace: Workspace, source: SourceConfig, config: GenerateConfig) -> Prompt:
    return load_prompt(source.kind, None if config.prompt is None else workspace.root / config.prompt)


def _requests(workspace: Workspace, texts: Texts, progress: Progress) -> tuple[list[Request], int]:
    """The requests, in the order of the passages, and how many stretches of these are masked."""
    prompt = _prompt(workspace, texts.source, texts.config)
    sent, masked = _scrubbed(texts, progress)
    write_passages(workspace, texts, sent)
    return requests_of(sent, prompt, texts.config, texts.source.kind), masked


def _scrubbed(texts: Texts, progress: Progress) -> tuple[list[Sent], int]:
    """The passages as they may be sent, and how many placeholders for personal data are in them."""
    from curation.pii import scrub_items

    config = texts.pii.model_copy(update={"mode": "placeholder"})
    sent: list[Sent] = []
    masked = 0
    with progress("scrub", len(texts.passages)) as advance:
        for start in range(0, len(texts.passages), _AT_ONCE):
            some = texts.passages[start : start + _AT_ONCE]
            languages = [texts.source.language] * len(some)
            scrubbed = scrub_items([{"text": passage.text} for passage in some], config, languages)
            for passage, one in zip(some, scrubbed, strict=True):
                sent.append(Sent(passage.passage_id, passage.titles, one["text"].text))
                masked += len(one["text"].spans)
            advance(len(some))
    return sent, masked


def _records(result: Result[Request], passage: Passage, prompt: Prompt, texts: Texts) -> Iterator[Record]:
    """The records of an answered passage, each with where it comes from."""
    if result.answer is None:
        return
    content, model = result.answer
    reply = (Conversation if texts.source.kind == "dialogue" else Pairs).model_validate(content["reply"])
    asked = texts.config.model
    # What the server says that it ran tells more than what it was asked for, where the two differ.
    program = asked if model in (None, asked) else f"{asked} ({model})"
    for place, record in enumerate(records(reply, result.request.wanted), start=1):
        yield {
            "id": f"{digest(passage.passage_id)[:12]}-{place}",
            **record,
            "topic": passage.topic,
            "locator": locator_of(passage),
            "passage_id": passage.passage_id,
            "passage": result.request.sent.text,
            "generator": f"{program}, temperature {content['temperature']:g}, seed {content['seed']}",
            "prompt": prompt.version,
            "file": passage.file,
            "section": passage.topic,
        }


def _journal_file(workspace: Workspace) -> Path:
    return workspace.private / "generate.sqlite"


@contextmanager
def _alone(workspace: Workspace, source_id: str) -> Iterator[None]:
    """Holds a source against a second run."""
    with (workspace.private / f"generate-{source_id}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CurateError(
                f"another `curate generate {source_id}` is running", file=workspace.root, mend="Wait for it to end."
            ) from None
        yield
