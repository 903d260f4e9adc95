"""A conversation with a bundle, as it runs on the phone: nothing leaves the process, nothing is written."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Literal

from packaging.version import Version

from deploy.manifest import BUNDLE, BundleManifest, read_bundle
from deploy.memory import available
from deploy.runtime import PteModel, generate
from deploy.safety import Help, SafetyLayer, prepare, read_layer
from deploy.tokenizer import DeviceTokenizer, harmless
from finetune.sampling import Choose, sampler
from schemas.errors import CurateError, UsageError

SHORTEST_REPLY = 16
"""Tokens that there must be room for."""


class Reply(Iterator[str]):
    """The answer to a message: help, if somebody may be in danger, and what the model says, in pieces as it comes.

    The help is there before the model begins and whatever becomes of it. Iterating raises :class:`CurateError` if the
    message is too long for the context, or if the model fails.
    """

    def __init__(self, help_: Help | None, answer: "Callable[[Reply], Iterator[str]]") -> None:
        self.help = help_
        self.tokens = 0
        """Tokens that the model has said."""
        self.seconds = 0.0
        """What it took to say all but the first of them."""
        self.first_seconds = 0.0
        """What it took until the first."""
        self.ended: Literal["stop", "length"] | None = None
        """Whether the model came to an end or to the longest reply; none while it speaks, and where it was broken off.
        """
        self._pieces = answer(self)

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        """Breaks the reply off."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()

    @property
    def tokens_per_second(self) -> float | None:
        """Decoding speed; none for fewer than two tokens."""
        return (self.tokens - 1) / self.seconds if self.tokens > 1 and self.seconds > 0 else None


class Chat:
    """A conversation of several turns.

    When the context is full the oldest turns are forgotten; the system prompt stays.

    Args:
        bundle: A bundle's folder. Every file is checked against ``bundle.json`` first.

    Raises:
        MissingExtra: If ExecuTorch is not installed.
        CurateError: If the bundle is incomplete, was changed or is of another version, or there is too little memory.
    """

    def __init__(self, bundle: Path | str) -> None:
        folder = Path(bundle)
        self.manifest: BundleManifest = read_bundle(folder)
        self.safety: SafetyLayer = read_layer(folder / self.manifest.safety)
        self._format = self.manifest.chat
        _check_machine(folder / BUNDLE, self.manifest)
        preparing = Thread(target=_prepared)  # beside the loading of the model, which takes as long
        preparing.start()
        self._tokenizer = DeviceTokenizer(folder / self.manifest.tokenizer)
        self._model = PteModel(folder / self.manifest.model)
        prompt = self._format.system_prompt
        self._beginning = [self._format.begin_of_text]
        if prompt is not None:
            self._beginning += self._tokenizer.turn("system", prompt, self._format)
        self._exchanges: list[list[int]] = []
        self._said: list[tuple[str, str]] = []
        preparing.join()

    @property
    def remembered_exchanges(self) -> int:
        """Questions with their replies that the next reply will still see."""
        return len(self._exchanges)

    def reset(self) -> None:
        """Forgets the conversation."""
        self._exchanges = []
        self._said = []

    def reply(
        self,
        text: str,
        *,
        max_new_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> Reply:
        """Says ``text`` to the model.

        The exchange is remembered when the reply ends or is closed, with what was said until then. What is left out is
        taken from the bundle.

        Args:
            text: The user's message.
            max_new_tokens: Longest reply.
            temperature: 0 for the same reply every time.
            top_p: Share of probability to draw from.
            seed: Makes drawing repeatable.

        Raises:
            UsageError: If there is nothing to say.
        """
        defaults = self.manifest.sampling
        room = defaults.max_new_tokens if max_new_tokens is None else max_new_tokens
        if not text.strip() or room < 1:
            raise UsageError("there is nothing to say", mend="Give a message, and at least one token for the reply.")
        choose = sampler(
            defaults.temperature if temperature is None else temperature,
            defaults.top_p if top_p is None else top_p,
            seed,
        )
        self._said.append(("user", text))
        return Reply(self.safety.help_for(self._said), lambda reply: self._answer(text, room, choose, reply))

    def _make_room(self, question: int, room: int) -> int:
        """Forgets the oldest exchanges until question and reply fit; returns the tokens left for the reply."""
        free = self.manifest.context - len(self._beginning) - question
        if free < min(room, SHORTEST_REPLY):
            raise CurateError(
                f"the message has about {question} tokens and the context only {self.manifest.context}",
                mend="Shorten the message.",
            )
        room = min(room, free)
        while self._exchanges and sum(map(len, self._exchanges)) + room > free:
            del self._exchanges[0]
        return room

    def _answer(self, text: str, room: int, choose: Choose, reply: Reply) -> Iterator[str]:
        message = self._tokenizer.turn("user", harmless(text, self._format), self._format)
        question = message + self._tokenizer.header("assistant", self._format)
        room = self._make_room(len(question), room)
        prompt = [*self._beginning, *(token for exchange in self._exchanges for token in exchange), *question]
        said: list[int] = []
        shown: list[str] = []

        def tokens() -> Iterator[int]:
            begun = time.perf_counter()
            for token in generate(self._model, prompt, max_new_tokens=room, stop=self._format.stop, choose=choose):
                now = time.perf_counter()
                if not said:
                    reply.first_seconds, begun = now - begun, now
                said.append(token)
                reply.tokens, reply.seconds = len(said), now - begun
                yield token
            reply.ended = "length" if len(said) == room else "stop"

        try:
            for piece in self._tokenizer.pieces(tokens(), self._format):
                shown.append(piece)
                yield piece
        finally:
            self._exchanges.append([*question, *said, self._format.end_of_turn])
            self._said.append(("assistant", "".join(shown)))


def _prepared() -> None:
    """Loads what recognises danger. What cannot be loaded fails again at its use, and then everybody is shown help."""
    with suppress(Exception):
        prepare()


def _check_machine(file: Path, manifest: BundleManifest) -> None:
    """Whether the bundle can run here, before anything is loaded."""
    made_with = manifest.versions["executorch"]
    if Version(version("executorch")) < Version(made_with):
        raise CurateError(
            f"the bundle was made with ExecuTorch {made_with}, and {version('executorch')} is installed",
            file=file,
            mend=f"Run: pip install executorch=={made_with}",
        )
    free = available()
    if free is not None and free < manifest.memory_bytes:
        raise CurateError(
            f"the model needs {_mib(manifest.memory_bytes)} of memory and {_mib(free)} are free",
            file=file,
            mend="Close other programs, or deploy with a smaller --max-context.",
        )


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
