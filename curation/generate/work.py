"""Requests to a server until each passage is answered, given up, or left for a later run.

What a server could not do (too many requests, an error, no reply in time) is tried again after a pause that doubles;
what a model got wrong (no JSON, another schema, cut off, refused) is tried again at once with another seed. A passage
that was given up for what the model got wrong stays so until it is asked for; one for what the server could not do is
tried again by the next run.
"""

import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel

from curation.generate.endpoint import LONGEST_WAIT, Endpoint, Reply
from curation.generate.journal import Answer, Journal, Spent
from curation.progress import Advance, Progress, silent
from schemas.config import GenerateConfig
from schemas.errors import CurateError

FIRST_PAUSE = 1.0
"""Seconds before the second request, where the server does not say how long to wait."""
IN_A_ROW = 8
"""Passages that one after another fail for what the server cannot do, after which the run ends: it is down."""
OF_SERVER = ("rate limited", "server error", "timed out", "no connection")

State = Literal["answered", "quarantined", "remaining"]


class Request(Protocol):
    """What is asked about one passage."""

    @property
    def about(self) -> str:
        """The passage, by its id."""
        ...

    @property
    def body(self) -> dict[str, Any]:
        """What is sent, with ``messages``, ``max_tokens``, ``temperature`` and ``seed``."""
        ...

    @property
    def key(self) -> str:
        """Of all that the answer depends on."""
        ...


Asked = TypeVar("Asked", bound=Request)
Parse = Callable[[str], BaseModel | str]
"""A reply, or in a few words what is wrong with it."""


class Result(NamedTuple, Generic[Asked]):
    """Where a passage stands: answered (now or before), quarantined with its reason, or left for a later run."""

    request: Asked
    state: State
    answer: Answer | None = None
    cached: bool = False
    reason: str | None = None
    attempts: int = 0


class _Stopped(Exception):
    """The run ends: the budget is spent, or it was told to."""


def ask_all(
    requests: Sequence[Asked],
    endpoint: Endpoint,
    journal: Journal,
    config: GenerateConfig,
    parse: Parse,
    *,
    retry: bool = False,
    progress: Progress = silent,
    first_pause: float = FIRST_PAUSE,
) -> list[Result[Asked]]:
    """Asks about each passage that has no answer yet.

    Args:
        requests: What is asked.
        endpoint: The server.
        journal: Where everything is written down.
        config: Budget, concurrency and attempts.
        parse: Reads a reply.
        retry: Whether passages are tried again that were given up for what the model got wrong.
        progress: Is told of each passage.
        first_pause: Seconds before a second request.

    Returns:
        One result a request, in their order.

    Raises:
        CurateError: If the server answers no request at all. What was answered until then is kept.
    """
    run = _Run(endpoint, journal, config, parse, retry, first_pause)
    with progress("ask", len(requests)) as advance, ThreadPoolExecutor(config.concurrency) as pool:
        futures = [pool.submit(run.one, request, advance) for request in requests]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        except BaseException:
            run.stop.set()  # what is under way is waited for: it is paid for
            raise
        failed = next((future for future in futures if future.done() and future.exception()), None)
        if failed is not None:
            run.stop.set()
    if failed is not None:
        failed.result()
    return [future.result() for future in futures]


class _Run:
    """One run: what its threads share."""

    def __init__(
        self,
        endpoint: Endpoint,
        journal: Journal,
        config: GenerateConfig,
        parse: Parse,
        retry: bool,
        first_pause: float,
    ) -> None:
        self.endpoint, self.journal, self.config, self.parse, self.retry = endpoint, journal, config, parse, retry
        self.first_pause = first_pause
        self.most = Spent(config.max_requests or sys.maxsize, config.max_tokens or sys.maxsize)
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._in_a_row = 0

    def one(self, request: Asked, advance: Advance) -> Result[Asked]:
        """Asks about one passage until it is answered or given up."""
        try:
            return self._one(request)
        except _Stopped:
            return Result(request, "remaining")
        finally:
            with self._lock:
                advance(1)

    def _one(self, request: Asked) -> Result[Asked]:
        stored = self.journal.answer(request.key)
        if stored is not None:
            return Result(request, "answered", stored, cached=True)
        given_up = self.journal.given_up(request.key)
        if given_up is not None and given_up[0] not in OF_SERVER and not self.retry:
            return Result(request, "quarantined", reason=given_up[0], attempts=given_up[1])
        before = given_up[1] if given_up is not None else 0  # what was drawn by these seeds is known
        reason = ""
        for attempt in range(self.config.attempts):
            answer, reason, pause = self._ask(request, before + attempt, attempt)
            if answer is not None:
                self._count_failure(failed=False)
                return Result(request, "answered", answer, attempts=before + attempt + 1)
            if reason == "request refused":
                break  # the same request would be refused again
            if attempt + 1 < self.config.attempts and pause:
                self.stop.wait(pause)
        attempts = before + attempt + 1
        self.journal.give_up(request.key, reason, attempts)
        self._count_failure(failed=reason in OF_SERVER)
        return Result(request, "quarantined", reason=reason, attempts=attempts)

    def _ask(self, request: Request, failures: int, attempt: int) -> tuple[Answer | None, str, float]:
        """One request: the answer, or what is wrong and how long to wait before the next.

        Args:
            request: What is asked.
            failures: How many requests about this passage failed before, in all runs.
            attempt: How many of them in this one.
        """
        self._wait_until_allowed()
        body = {**request.body, "seed": request.body["seed"] + failures}
        most = _most_tokens(body)
        number = self.journal.reserve(request.key, request.about, most, self.most)
        if number is None:
            self.stop.set()
            raise _Stopped
        try:
            reply = self.endpoint.ask(body, f"{request.key[:40]}-{failures}")
        except CurateError:
            self.journal.settle(number, "denied", 0)
            raise
        answer, outcome = self._judged(reply, body)
        self.journal.settle(number, outcome, _cost(reply, most), (request.key, answer) if answer else None)
        return answer, outcome, self._pause(reply, attempt)

    def _judged(self, reply: Reply, body: dict[str, Any]) -> tuple[Answer | None, str]:
        if reply.content is None:
            return None, reply.fault or "malformed"
        value = self.parse(reply.content)
        if isinstance(value, str):
            return None, value
        content = {"reply": value.model_dump(mode="json"), "seed": body["seed"], "temperature": body["temperature"]}
        return Answer(content, reply.model), "answered"

    def _pause(self, reply: Reply, attempt: int) -> float:
        """How long this passage waits; all of them wait as long as a server that has too many requests says."""
        if reply.fault not in OF_SERVER:
            return 0.0
        if reply.retry_after is not None:
            with self._lock:
                self._not_before = max(self._not_before, time.monotonic() + reply.retry_after)
            return 0.0
        # Threads that failed together should not come back together.
        return float(min(self.first_pause * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.5))

    def _wait_until_allowed(self) -> None:
        while not self.stop.is_set():
            left = self._not_before - time.monotonic()
            if left <= 0:
                return
            self.stop.wait(left)
        raise _Stopped

    def _count_failure(self, *, failed: bool) -> None:
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if failed else 0
            if self._in_a_row < IN_A_ROW:
                return
        raise CurateError(
            f"the server at {self.endpoint.host} failed for {IN_A_ROW} passages in a row",
            field="generate.base_url",
            mend="Is it running? What was answered is kept; the same command goes on from there.",
        )


def _most_tokens(body: dict[str, Any]) -> int:
    """The most tokens that a request can cost: a token is a byte at least."""
    sent = sum(len(message["content"].encode()) for message in body["messages"])
    return int(sent + body["max_tokens"])


def _cost(reply: Reply, most: int) -> int:
    if reply.prompt_tokens is not None and reply.completion_tokens is not None:
        return reply.prompt_tokens + reply.completion_tokens
    return most if reply.may_cost else 0
