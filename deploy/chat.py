"""A conversation with a bundle, as it runs on the phone: nothing leaves the process, nothing is written."""

from collections.abc import Iterator
from pathlib import Path

from deploy.manifest import BundleManifest, read_bundle
from deploy.runtime import Choose, PteModel, generate, sampler
from deploy.tokenizer import DeviceTokenizer
from schemas.errors import CurateError


class Chat:
    """A conversation of several turns.

    When the context is full the oldest turns are forgotten; the system prompt stays.

    Args:
        bundle: A bundle's folder. Every file is checked against ``bundle.json`` first.

    Raises:
        MissingExtra: If ExecuTorch is not installed.
        CurateError: If the bundle is incomplete or was changed, or cannot be loaded.
    """

    def __init__(self, bundle: Path | str) -> None:
        folder = Path(bundle)
        self.manifest: BundleManifest = read_bundle(folder)
        self._format = self.manifest.chat
        self._tokenizer = DeviceTokenizer(folder / self.manifest.tokenizer)
        self._model = PteModel(folder / self.manifest.model)
        prompt = self._format.system_prompt
        self._beginning = [self._format.begin_of_text]
        if prompt is not None:
            self._beginning += self._tokenizer.turn("system", prompt, self._format)
        self._exchanges: list[list[int]] = []

    @property
    def remembered_exchanges(self) -> int:
        """Questions with their replies that the next reply will still see."""
        return len(self._exchanges)

    def reset(self) -> None:
        """Forgets the conversation."""
        self._exchanges = []

    def reply(
        self,
        text: str,
        *,
        max_new_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> Iterator[str]:
        """Says ``text`` to the model and yields its reply in pieces, as it comes.

        The exchange is remembered when the iterator ends or is closed, with what was said until then. What is left out
        is taken from the bundle.

        Args:
            text: The user's message.
            max_new_tokens: Longest reply.
            temperature: 0 for the same reply every time.
            top_p: Share of probability to draw from.
            seed: Makes drawing repeatable.

        Raises:
            CurateError: If ``text`` is empty or too long for the context.
        """
        defaults = self.manifest.sampling
        room = defaults.max_new_tokens if max_new_tokens is None else max_new_tokens
        if not text.strip() or room < 1:
            raise CurateError("there is nothing to say", mend="Give a message, and at least one token for the reply.")
        question = self._tokenizer.turn("user", text, self._format) + self._tokenizer.header("assistant", self._format)
        room = self._make_room(len(question), room)
        choose = sampler(
            defaults.temperature if temperature is None else temperature,
            defaults.top_p if top_p is None else top_p,
            seed,
        )
        return self._answer(question, room, choose)

    def _make_room(self, question: int, room: int) -> int:
        """Forgets the oldest exchanges until question and reply fit; returns the tokens left for the reply."""
        free = self.manifest.context - len(self._beginning) - question
        if free < min(room, 16):
            raise CurateError(
                f"the message has about {question} tokens and the context only {self.manifest.context}",
                mend="Shorten the message.",
            )
        room = min(room, free)
        while self._exchanges and sum(map(len, self._exchanges)) + room > free:
            del self._exchanges[0]
        return room

    def _answer(self, question: list[int], room: int, choose: Choose) -> Iterator[str]:
        prompt = [*self._beginning, *(token for exchange in self._exchanges for token in exchange), *question]
        said: list[int] = []

        def tokens() -> Iterator[int]:
            for token in generate(self._model, prompt, max_new_tokens=room, stop=self._format.stop, choose=choose):
                said.append(token)
                yield token

        try:
            yield from self._tokenizer.pieces(tokens(), self._format)
        finally:
            self._exchanges.append([*question, *said, self._format.end_of_turn])
