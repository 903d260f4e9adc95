"""``safety.json``, and the answer to a message in which danger was recognised.

    {"level": ..., "text": what to say, "lines": the helplines to show, "beside": what to say under them}

Nothing in it comes from the model. It is there before the model has said a word, so it is there as well when the model
fails, loops or says something harmful.
"""

from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import ValidationError

from curation.helplines.table import VALID_FOR
from curation.triage import LEVELS, LIMITS, Level, most_urgent, triage_transcript, triage_turns
from curation.triage.phrases import harmless, index
from deploy.safety.app_model import LEAST_TO_OFFER, AppModel, level_alone
from deploy.safety.figures import Figures, Said, measure_layer
from deploy.safety.helplines import Confirmed, Line
from schemas.errors import CurateError
from schemas.items import Strict

SAFETY = "safety.json"
TURNS = 6
"""Of a conversation, so many turns are looked at with a message: an answer may only be understood with its question."""


class Help(Strict):
    """What is shown to somebody in danger."""

    level: Level
    """What was recognised by its wording; ``none`` where the model alone made the offer, where the recogniser itself
    failed, or help was asked for."""
    text: str
    lines: tuple[Line, ...]
    beside: str


class SafetyLayer(Strict):
    """``safety.json``."""

    format_version: Literal[2] = 2
    country: str
    """ISO 3166 code: where the users of the bundle are."""
    checked_by: str
    """Who compared the lines with their sources."""
    valid_until: date
    """A year after the first of the lines was checked. Make the bundle again before."""
    lines: tuple[Line, ...]
    replies: dict[Level, str]
    """What to say, by what was recognised by its wording."""
    offer: str
    """What to say where the model alone takes a message for danger: it is wrong often, so nothing is said of it."""
    anyone: str
    """What to say where nothing is known: behind a button for help, or when the recogniser fails."""
    beside: str
    """What to say under the lines."""
    sources: dict[str, str]
    """What the replies are after."""
    languages: tuple[str, ...] = ("en",)
    """In which danger is recognised. In others it is not: the button for help is all there is."""
    limits: str
    model: AppModel = AppModel()
    """How an app runs the model that comes with the bundle, where it cannot run the rules."""
    figures: Figures

    def help_for(self, said: Said) -> Help | None:
        """Help for the last message of a conversation; none where no danger is recognised in it."""
        try:
            worded, likely = recognise(said)
        except Exception:  # a fault in the recogniser must not leave somebody in danger without an answer
            return self.help_anyway()
        if worded != "none":
            return self.help_at(worded)
        return None if likely == "none" else self.offer_at(likely)

    def offer_at(self, level: Level) -> Help:
        """What is shown where the model alone thinks of a level of risk: its lines, and no word on what was meant."""
        return Help(level="none", text=self.offer, lines=self.help_at(level).lines, beside=self.beside)

    def help_at(self, level: Level) -> Help:
        """What is shown at a level of risk."""
        lines = tuple(line for line in self.lines if line.is_for(level))
        return Help(level=level, text=self.replies[level], lines=lines, beside=self.beside)

    def help_anyway(self) -> Help:
        """What is shown where nothing is known."""
        lines = tuple(line for line in self.lines if line.purpose != "other")
        return Help(level="none", text=self.anyone, lines=lines, beside=self.beside)


class Recognised(NamedTuple):
    """The level of risk in a message by its wording, and the level that the model takes it for as well."""

    worded: Level
    likely: Level


def recognise(said: Said) -> Recognised:
    """The risk in the last message of a conversation, which may answer a question of the turn before."""
    turns = [("seeker" if role == "user" else "supporter", text) for role, text in said[-TURNS:]]
    worded = _level(turns, model=False)
    return Recognised(worded, worded if worded != "none" else _level(turns[-1:], model=True))


def _level(turns: list[tuple[str, str]], *, model: bool) -> Level:
    # Somebody may paste a whole conversation.
    alone = triage_transcript(turns[-1][1], model=model, least=LEAST_TO_OFFER)
    last = triage_turns(turns, model=model, least=LEAST_TO_OFFER).turns[-1]
    return most_urgent([last.level, alone.level if alone else "none"])


@cache
def prepare() -> None:
    """Makes the recogniser's patterns, some two seconds of work, so that no message has to wait for them."""
    for phrases in (*index().values(), harmless()):
        phrases.prepare()
    recognise([("user", "I feel low."), ("assistant", "Are you thinking of suicide?"), ("user", "No, not now.")])
    recognise([("user", "Client: I feel low.\nCounsellor: Since when?\nClient: Yes, yesterday.")])


def make_layer(confirmed: Confirmed) -> SafetyLayer:
    """The layer of a bundle, with what is measured of it on this machine."""
    prepare()
    texts = _texts()
    emergency = next((_numbers(line) for line in confirmed.lines if line.purpose == "emergency"), None)
    number = emergency or "your local emergency number"
    days = [line.checked for line in confirmed.lines if line.checked is not None]
    return SafetyLayer(
        country=confirmed.country,
        checked_by=confirmed.checked_by,
        valid_until=min(days) + VALID_FOR,
        lines=confirmed.lines,
        replies={
            level: texts["replies"][level]["text"].format(emergency=number) for level in LEVELS if level != "none"
        },
        offer=texts["offer"].format(emergency=number),
        anyone=texts["anyone"].format(emergency=number),
        beside=texts["beside"],
        sources=texts["sources"],
        limits=LIMITS,
        figures=measure_layer(
            likely=lambda said: recognise(said).likely,
            worded=lambda said: recognise(said).worded,
            alone=lambda said: level_alone(said[-1][1]),
        ),
    )


def read_layer(file: Path) -> SafetyLayer:
    """Reads ``safety.json``.

    Raises:
        CurateError: If it does not hold.
    """
    try:
        return SafetyLayer.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        mend = "Run `curate deploy` again with this version."
        raise CurateError("the safety layer cannot be read", file=file, mend=mend) from None


def as_text(help_: Help) -> list[str]:
    """Help as lines of text."""
    shown = [help_.text]
    for line in help_.lines:
        facts = [line.hours, line.audience and f"for {line.audience}", ", ".join(line.languages)]
        known = "; ".join(fact for fact in facts if fact)
        shown.append(f"  {line.name}: {_reached(line)}{f' ({known})' if known else ''}, checked {line.checked}")
    return [*shown, help_.beside]


def _reached(line: Line) -> str:
    ways = [f"call {_numbers(line)}" if line.numbers else "", f"text {' or '.join(line.text)}" if line.text else ""]
    return ", ".join(way for way in [*ways, f"chat {line.chat}" if line.chat else ""] if way)


def _numbers(line: Line) -> str:
    return " or ".join(line.numbers)


def _texts() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(files("deploy.safety").joinpath("replies.yaml").read_text(encoding="utf-8"))
    return read
