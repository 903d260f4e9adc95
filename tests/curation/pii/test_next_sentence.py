"""A mask ends where its sentence ends: what is said next may be that somebody is in danger, or who helps."""

import pytest

from curation.pii import scrub_items
from schemas.config import PIIConfig
from tests.curation.pii import labelled_text

NEXT = (
    "Killing myself is all I think about.",
    "Suicide is on my mind.",
    "Samaritans are on 116 123.",
    "Never tell me to stop my pills.",
    "Dying would be easier.",
    "Nobody helps me.",
)
BETWEEN = (". ", "! ", "\n")
PLACES = [
    "I live at 14 Linden Street, Fresno",
    "She is at 12 Oak Road, St. Louis, MO 63101",
    "We met at the corner of Oak Street and Third Avenue",
    "He moved to Nice",
    "I keep calling my new boyfriend Ed",
    "We were treated at Mercy Hospital",
]


def before() -> list[str]:
    """Texts that end with something personal."""
    sentences = labelled_text.sentences("develop")
    turns = [turn for dialogue in labelled_text.dialogues("develop") for turn in dialogue]
    cut = [one.text[:end].rstrip(". ") for one in [*sentences, *turns] for _, end, _ in one.spans]
    return list(dict.fromkeys([*PLACES, *cut]))


@pytest.mark.parametrize("between", BETWEEN)
def test_the_next_sentence_stays(between: str) -> None:
    texts = [(first + between, NEXT[place % len(NEXT)]) for place, first in enumerate(before())]
    texts += [(first + between, behind) for first in PLACES for behind in NEXT]
    scrubbed = scrub_items([{"text": first + behind} for first, behind in texts], PIIConfig(), ["en"] * len(texts))
    for (first, _), item in zip(texts, scrubbed, strict=True):
        assert all(span.end <= len(first) for span in item["text"].spans), first
