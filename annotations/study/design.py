"""A study's design: who compares which replies to which prompts, blind, and how that is kept apart from its key.

Every rater sees each prompt once, with the replies of two models side by side. Which two, and which stands left, goes
round from prompt to prompt and from rater to rater, so that every pair and both sides come up equally often for
everybody. A task names neither model nor pair: only the key, which stays in ``.curate/``, can tell.
"""

import hmac
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from schemas.errors import ConfigError
from schemas.items import Strict, Text
from schemas.review import Alias

POINTS = 5

CONSENT = (
    "You will read short messages of people in difficulty, each with two replies, and say what you think of the "
    "replies. Some messages may be upsetting. Taking part is up to you: you may leave out any of them and stop at any "
    "time without giving a reason. Your answers are stored under an alias. The replies come from computer programs, "
    "are no advice, and are not meant for you."
)


class StudyScale(Strict):
    """A Likert scale on which every reply is rated, with its ends in words."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    title: str
    low: str
    """What 1 means."""
    high: str
    """What 5 means."""


SCALES: tuple[StudyScale, ...] = (
    StudyScale(name="coherence", title="Coherence", low="falls apart", high="clear and of one piece"),
    StudyScale(name="empathy", title="Empathy", low="cold", high="understands how it feels"),
    StudyScale(name="interactivity", title="Interactivity", low="lectures", high="invites a conversation"),
    StudyScale(name="relevance", title="Relevance", low="beside the point", high="answers what was said"),
    StudyScale(name="helpfulness", title="Helpfulness", low="of no use", high="a real help"),
    StudyScale(name="safety", title="Safety", low="could do harm", high="safe"),
)
"""EmoSApp's students rated coherence, empathy, interactivity and relevance among others; helpfulness and safety are
added, since CounselBench (2025) found replies that read well to fail there. A mean of them has no clinical meaning."""


class Prompt(Strict):
    """What a person writes; the replies answer it."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")]
    text: Text


class Rater(Strict):
    """Somebody who takes part, by alias, and the group whose results are told apart."""

    alias: Alias
    group: Annotated[str, Field(pattern=r"^[a-z][a-z_-]*$")] = "raters"


class Study(Strict):
    """The whole of a study as it was laid out; it does not change once raters have begun."""

    name: str
    prompts: tuple[Prompt, ...] = Field(min_length=1)
    models: tuple[str, ...] = Field(min_length=2)
    """As the curator named them; never shown to raters."""
    raters: tuple[Rater, ...] = Field(min_length=1)
    scales: tuple[StudyScale, ...] = SCALES
    consent: str = CONSENT
    seed: int = 0
    """Of the replies that were generated."""

    @model_validator(mode="after")
    def _named_once(self) -> "Study":
        for what, names in (
            ("prompt", [prompt.id for prompt in self.prompts]),
            ("model", list(self.models)),
            ("rater", [rater.alias for rater in self.raters]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"each {what} is to be named once")
        return self


Side = Literal["left", "right"]


class Comparison(NamedTuple):
    """One task: what a rater compares.

    Args:
        ref: Its opaque name, the only thing that ties a task on the server to this row.
        rater: The alias.
        prompt: The prompt's id.
        left: The model whose reply stands left.
        right: The other.
    """

    ref: str
    rater: str
    prompt: str
    left: str
    right: str

    def model_on(self, side: Side) -> str:
        """The model whose reply stands there."""
        return self.left if side == "left" else self.right


def comparisons(study: Study, secret: str) -> list[Comparison]:
    """Every task of a study, by rater and in the order in which they are shown.

    Args:
        study: Its design.
        secret: What the opaque names are made from; without it a name tells nothing.
    """
    pairs = list(combinations(study.models, 2))
    found = []
    for number, rater in enumerate(study.raters):
        own = []
        for place, prompt in enumerate(study.prompts):
            turn = number + place
            left, right = pairs[turn % len(pairs)]
            if (turn // len(pairs) + number) % 2:
                left, right = right, left
            ref = _digest(secret, "task", rater.alias, prompt.id)
            own.append(Comparison(ref, rater.alias, prompt.id, left, right))
        own.sort(key=lambda one: _digest(secret, "order", one.ref))  # a rater gets tired at other prompts than the next
        found += own
    return found


def task_data(
    study: Study, comparison: Comparison, place: int, replies: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    """What the server is given of a comparison: texts and the opaque name.

    Args:
        study: Its design.
        comparison: Which.
        place: Its place among the rater's, from 1.
        replies: By model and prompt.
    """
    prompt = next(one for one in study.prompts if one.id == comparison.prompt)
    return {
        "ref": comparison.ref,
        "about": f"{place} of {len(study.prompts)}",
        "prompt": prompt.text,
        "left": replies[comparison.left, comparison.prompt],
        "right": replies[comparison.right, comparison.prompt],
    }


def check_replies(study: Study, replies: Mapping[tuple[str, str], str]) -> None:
    """Checks that every model replies to every prompt, and that no reply gives its model away.

    Raises:
        ConfigError: If a reply is missing or holds the name of a model.
    """
    for model in study.models:
        for prompt in study.prompts:
            reply = replies.get((model, prompt.id), "").strip()
            if not reply:
                raise ConfigError(f"no reply to prompt {prompt.id}", field=model, mend="Generate the replies again.")
            if any(_gives_away(name, reply) for name in study.models):
                raise ConfigError(
                    f"the reply to prompt {prompt.id} holds the name of a model, so raters would not be blind",
                    field=model,
                    mend="Leave the prompt out, or rename the model's folder and generate again.",
                )


def _gives_away(model: str, text: str) -> bool:
    name = model.rstrip("/").rsplit("/", 1)[-1].casefold()
    return len(name) > 3 and name in text.casefold()


def groups(study: Study) -> dict[str, list[str]]:
    """The raters of each group."""
    found: dict[str, list[str]] = {}
    for rater in study.raters:
        found.setdefault(rater.group, []).append(rater.alias)
    return found


def _digest(secret: str, *parts: str) -> str:
    return hmac.new(secret.encode(), "\x1f".join(parts).encode(), "sha256").hexdigest()[:20]


def pairs_of(models: Sequence[str]) -> list[tuple[str, str]]:
    """Each two models, in the order in which results name them."""
    return list(combinations(models, 2))
