"""The words around a phrase that change what it means: ``phrases/cues.yaml``, made into patterns."""

import re
from datetime import date
from functools import cache

from curation.triage.files import phrase_file
from curation.triage.phrases import compiled, to_pattern
from schemas.items import Strict


class Cues(Strict):
    """``cues.yaml``. What its parts mean stands in the file."""

    version: int
    date: date
    sources: dict[str, str]
    denial: tuple[str, ...]
    no_denial: tuple[str, ...]
    asked: tuple[str, ...]
    denial_after: tuple[str, ...]
    past: tuple[str, ...]
    today: tuple[str, ...]
    just_now: tuple[str, ...]
    topic: tuple[str, ...]
    general: tuple[str, ...]
    media: tuple[str, ...]
    media_ends: tuple[str, ...]
    trifle: tuple[str, ...]
    laughter: tuple[str, ...]
    bereaved: tuple[str, ...]
    not_bereaved: tuple[str, ...]
    hypothetical: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    answer_tells_when: tuple[str, ...]
    plain: tuple[str, ...]


@cache
def cues() -> Cues:
    """The cues that come with this version of the code."""
    return Cues.model_validate(phrase_file("cues.yaml"))


@cache
def cue(name: str) -> re.Pattern[str]:
    """The pattern of one part of the file, for texts in the form that :mod:`curation.triage.words` gives."""
    return compiled(getattr(cues(), name))


@cache
def opening(name: str) -> re.Pattern[str]:
    """The same, only where it stands at the beginning."""
    return re.compile("(?:" + "|".join(to_pattern(phrase).expression for phrase in getattr(cues(), name)) + ")")
