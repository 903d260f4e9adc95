"""A language model as judge of replies, through a server that the user names.

Of each conversation one blind request is sent (``finetune.evaluation.blind``). To a server that is not on this machine
go only items that a release holds. What was asked and answered is in ``.curate/cache/judge.sqlite``, without text: a
run that was killed goes on, and pays for nothing twice.

Nothing of what a judge says is used to approve, to filter or to choose: it is a column that people can read.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curation.generate.endpoint import KEY_VARIABLE, Endpoint, is_local
from curation.generate.journal import Journal
from curation.generate.work import FIRST_PAUSE, Result, ask_all
from curation.progress import Progress, silent
from curation.workspace import Workspace, write_whole
from finetune.evaluation.blind import BlindRequest, blind_requests
from finetune.evaluation.results import JudgedDimension, JudgeSettings, compared_means
from finetune.evaluation.rubric import DIMENSIONS, VERSION, Rating, as_content, read_ratings
from schemas.config import GenerateConfig
from schemas.errors import CurateError, MissingExtra, Refused, UsageError

if TYPE_CHECKING:
    from finetune.data import Conversation

JOURNAL, REQUESTS = "judge.sqlite", "judge-requests.jsonl"


class Judge(BaseModel):
    """Who judges, as the user named it."""

    model_config = ConfigDict(frozen=True)

    base_url: str
    """Of an OpenAI-compatible server."""
    model: str
    """What the server calls the model."""
    max_requests: int | None = Field(default=None, ge=1)
    """The most requests to this judge, over all runs in the workspace."""
    timeout_seconds: float = Field(default=120, gt=0)

    def as_config(self) -> GenerateConfig:
        """As the client takes it.

        Raises:
            UsageError: If the address or the model's name cannot be one.
        """
        try:
            return GenerateConfig(
                by="endpoint",
                base_url=self.base_url,
                model=self.model,
                temperature=0,
                max_requests=self.max_requests,
                timeout_seconds=self.timeout_seconds,
            )
        except ValidationError as error:
            field = {"base_url": "--judge", "model": "--judge-model"}.get(str(error.errors()[0]["loc"][0]), "--judge")
            mend = "Give an address such as http://127.0.0.1:8080/v1, and the name that the server has for its model."
            raise UsageError("cannot be what it is", field=field, mend=mend) from None


class JudgePlan(BaseModel):
    """What is about to be sent."""

    model_config = ConfigDict(frozen=True)

    host: str
    model: str
    conversations: int
    replies: int
    """To each conversation."""
    to_ask: int
    """Conversations that were not judged before."""
    masked: int
    """Stretches that are masked, in all that is sent."""
    tokens: int
    """The most that it comes to, about, if each is answered at once."""
    file: str
    """Where it can be read as it is sent."""


class Judged(NamedTuple):
    """What came of it.

    Args:
        ratings: For each conversation the judge's rating of each model's reply, in the models' order; none where there
            is none that could be read.
        unread: How many have none, by the reason.
        model: What the server says that it is; none where it does not say.
    """

    ratings: list[list[Rating] | None]
    unread: dict[str, int]
    model: str | None


def judge_replies(
    workspace: Workspace,
    judge: Judge,
    conversations: "Sequence[Conversation]",
    replies: Sequence[Sequence[str]],
    *,
    announce: Callable[[JudgePlan], None],
    send: bool = True,
    progress: Progress = silent,
    first_pause: float = FIRST_PAUSE,
) -> Judged | None:
    """Has a judge rate the replies of all models to each conversation.

    Args:
        workspace: Its private folder keeps what was asked; its configuration says what personal data is looked for.
        judge: Who judges.
        conversations: Of the test part.
        replies: Of each model, one reply a conversation.
        announce: Told what is about to be sent, before anything is.
        send: Whether it is sent; else nothing comes of it but what ``announce`` was told, and the file that it names.
        progress: Told how far it is.
        first_pause: Seconds before a request is repeated that the server failed.

    Raises:
        CurateError: As :func:`check`; and if the server answers nothing. What was rated is kept.
    """
    config = check(workspace, judge, conversations)
    requests, masked = blind_requests(workspace, config, conversations, replies, progress)
    file = workspace.cache / REQUESTS
    write_whole(file, "".join(json.dumps(request.body, ensure_ascii=False) + "\n" for request in requests))
    endpoint = _endpoint(config)
    journal = Journal(workspace.cache / JOURNAL, f"{judge.model} at {endpoint.host}")
    try:
        to_ask = [request for request in requests if journal.answer(request.key) is None]
        announce(
            JudgePlan(
                host=endpoint.host,
                model=judge.model,
                conversations=len(requests),
                replies=len(replies),
                to_ask=len(to_ask),
                masked=masked,
                tokens=sum(request.tokens for request in to_ask),
                file=workspace.relative(file),
            )
        )
        if not send:
            return None
        read = partial(read_ratings, replies=len(replies))
        return _judged(ask_all(requests, endpoint, journal, config, read, progress=progress, first_pause=first_pause))
    except CurateError as error:
        raise _of_judge(error) from None
    finally:
        endpoint.close()
        journal.close()


def check(workspace: Workspace, judge: Judge, conversations: "Sequence[Conversation]") -> GenerateConfig:
    """The judge as the client takes it, if it may be asked. Sends nothing.

    Raises:
        UsageError: If the server's address or the model's name cannot be one.
        MissingExtra: If the extra ``generate`` is not installed.
        Refused: If the server is elsewhere and a conversation is of no released item.
        CurateError: If a key would be sent in the clear.
    """
    config = judge.as_config()
    _endpoint(config).close()
    if not is_local(judge.base_url):
        _check_released(workspace, conversations)
    return config


def _endpoint(config: GenerateConfig) -> Endpoint:
    try:
        return Endpoint(config)
    except MissingExtra:
        raise
    except CurateError as error:
        raise _of_judge(error) from None


def _of_judge(error: CurateError) -> CurateError:
    """The client's error for whoever named the server on the command line: it speaks of curate.yaml."""
    mend = f"Check --judge and --judge-model, and the key in {KEY_VARIABLE}. What was rated is kept."
    return CurateError(error.what, field="--judge", mend=mend)


def _check_released(workspace: Workspace, conversations: "Sequence[Conversation]") -> None:
    """Only what a release holds, and nobody has withdrawn, leaves the machine."""
    from annotations.withdrawals import longer_hashes, withdrawn
    from exports.shelf import releases

    gone = withdrawn(workspace.withdrawals)
    allowed: set[tuple[str, str]] = set()
    for release in releases(workspace):
        for row in release.items().select(["item_id", "content_hash", "source_id"]).to_pylist():
            if row["item_id"] not in gone.item_ids and row["source_id"] not in gone.source_ids:
                allowed.add((row["item_id"], row["content_hash"]))
    kept = [
        one
        for one in conversations
        if (one.item_id, one.content_hash) not in allowed
        or not gone.text_hashes.isdisjoint(longer_hashes(turn.content for turn in one.messages))
    ]
    if kept:
        raise Refused(
            f"{len(kept):,} of {len(conversations):,} conversations are in no release or withdrawn, and only released "
            "items are sent to another machine",
            field="--judge",
            mend="Release them (`curate release VERSION`) and export again, or name a server on this machine.",
        )


def _judged(results: Sequence[Result[BlindRequest]]) -> Judged:
    ratings: list[list[Rating] | None] = []
    unread: Counter[str] = Counter()
    models = set()
    for result in results:
        if result.answer is None:
            ratings.append(None)
            unread[result.reason or "the budget is spent"] += 1
            continue
        models.add(result.answer.model)
        by_model = zip(result.request.order, as_content(result.answer.content["reply"]), strict=True)
        ratings.append([rating for _, rating in sorted(by_model, key=lambda pair: pair[0])])
    return Judged(ratings, dict(sorted(unread.items())), models.pop() if len(models) == 1 else None)


def judged_scores(ratings: Sequence[list[Rating] | None], model: int, first: int | None) -> dict[str, JudgedDimension]:
    """What the ratings say of one model.

    Args:
        ratings: As in :class:`Judged`.
        model: Its number.
        first: The number of the model that it is compared with; none for that one itself.
    """
    rated = [one for one in ratings if one is not None]

    def values(number: int, dimension: str) -> list[float | None]:
        return [one[number].value(dimension) for one in rated]

    found = {}
    for dimension in DIMENSIONS:
        own = values(model, dimension.name)
        other = values(first, dimension.name) if first is not None else None
        found[dimension.name] = JudgedDimension(mean=compared_means(own, other), unsure=own.count(None))
    return found


def settings(judge: Judge, judged: Judged) -> JudgeSettings:
    """Who judged, for the report."""
    return JudgeSettings(
        host=urlsplit(judge.base_url).netloc,
        model=judge.model,
        answered_as=judged.model,
        rubric=VERSION,
        conversations=len(judged.ratings),
        rated=len(judged.ratings) - sum(judged.unread.values()),
        unread=judged.unread,
    )
