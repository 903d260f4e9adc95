"""Passages into requests: the prompt with its version, what is asked of each passage, and the key of the answer."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from curation.generate.replies import Wanted, response_format
from curation.step import digest
from schemas.config import GenerateConfig
from schemas.errors import ConfigError

_OURS = {"qa": "qa-1", "dialogue": "conversation-1"}
_DIVIDER = "\n---\n"
_PLACES = {"passage", "topic", "plan", "reader"}


class Prompt(NamedTuple):
    """A prompt. ``version`` is its file's name and the beginning of the hash of what it says."""

    version: str
    system: str
    user: str


class Sent(NamedTuple):
    """What of a passage is sent: its text and the titles that it stands under, both scrubbed."""

    passage_id: str
    topic: str
    text: str


class Request(NamedTuple):
    """What is asked of one passage. ``key`` is of all that the answer depends on, so that it is asked for once."""

    sent: Sent
    wanted: list[Wanted]
    body: dict[str, Any]
    key: str

    @property
    def about(self) -> str:
        """What it is about, by its id."""
        return self.sent.passage_id


def load_prompt(kind: str, own: Path | None) -> Prompt:
    """The prompt of a kind of items, or one's own.

    Raises:
        ConfigError: If one's own cannot be read, has no line ``---``, or names a place that is none.
    """
    if own is None:
        return _prompt(_OURS[kind], _ours(_OURS[kind]), None)
    try:
        return _prompt(own.stem, own.read_text(encoding="utf-8"), own)
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            "cannot be read", file=own, field="generate.prompt", mend="Name a file of UTF-8 text."
        ) from None


@cache
def _ours(name: str) -> str:
    return files("curation.generate").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")


def _prompt(name: str, text: str, file: Path | None) -> Prompt:
    system, divider, user = text.partition(_DIVIDER)
    places = set(Template(text).get_identifiers())
    if not divider or "passage" not in Template(user).get_identifiers() or places - _PLACES:
        raise ConfigError(
            "is no prompt: it needs a line `---`, what the model is told above it and $passage below",
            file=file,
            field="generate.prompt",
            mend="The places are $passage, $topic, $plan and $reader; write $$ for a dollar sign.",
        )
    return Prompt(f"{name}@{digest(text)[:8]}", system.strip(), user.strip())


def plan(number: int, config: GenerateConfig, kind: str) -> list[Wanted]:
    """What is asked of the passage at ``number``: types and readers in turn, so that their mix is even over a book."""
    count = config.questions if kind == "qa" else 1
    first = number * count
    return [
        Wanted(
            type=config.types[(first + place) % len(config.types)],
            # A step further for each round of the types, so that every type meets every reader.
            reader=config.readers[(first + place + (first + place) // len(config.types)) % len(config.readers)],
        )
        for place in range(count)
    ]


def requests_of(sent: Sequence[Sent], prompt: Prompt, config: GenerateConfig, kind: str) -> list[Request]:
    """One request a passage.

    Args:
        sent: What is sent of the passages, in their order.
        prompt: The prompt.
        config: Model, temperature, seed and what is wanted.
        kind: ``qa`` or ``dialogue``.
    """
    found: list[Request] = []
    for number, one in enumerate(sent):
        wanted = plan(number, config, kind)
        listed = "\n".join(
            f"{place}. a question of kind {question.type}, answered for a {question.reader}"
            for place, question in enumerate(wanted, start=1)
        )
        places = {"passage": one.text, "topic": one.topic, "plan": listed, "reader": wanted[0].reader}
        body = {
            "model": config.model,
            "messages": [
                {"role": "system", "content": Template(prompt.system).safe_substitute(places)},
                {"role": "user", "content": Template(prompt.user).safe_substitute(places)},
            ],
            "temperature": config.temperature,
            "seed": config.seed,
            "max_tokens": config.answer_tokens,
            "response_format": response_format(kind),
        }
        found.append(Request(one, wanted, body, digest(body)))
    return found
