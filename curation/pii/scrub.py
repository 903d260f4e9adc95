"""Scrubbing of the texts of items: find, keep, number, mask, and look again until nothing is found.

A mask changes what stands beside it, and so what the recognizers see. Therefore every text that changed is looked at
again, until a look finds nothing new; scrubbing a scrubbed text then changes nothing. Every round masks at least one
more code point, so it ends. Surrogates are put in at the very end, for the placeholders.
"""

from collections.abc import Callable, Mapping, Sequence

from curation.helplines import mentions
from curation.languages import is_covered
from curation.pii import cues
from curation.pii.draft import Draft, Region, Scrubbed
from curation.pii.glance import glance
from curation.pii.keep import decide, key
from curation.pii.light import load_light
from curation.pii.placeholders import Numbering
from curation.pii.spans import Span, merge, touches
from curation.pii.surrogates import Surrogates
from schemas.config import PIIConfig
from schemas.errors import ConfigError

TRAVELS = 0.75
"""The least score at which a name is looked for in all of its item."""


def scrub_text(text: str, config: PIIConfig | None = None, language: str = "en") -> Scrubbed:
    """Scrubs one text by itself: the same value gets the same placeholder within it.

    What is not found is said in :data:`curation.pii.LIMITS`.
    """
    return scrub_items([{"text": text}], config or PIIConfig(), [language])[0]["text"]


def scrub_items(
    items: Sequence[Mapping[str, str]],
    config: PIIConfig,
    languages: Sequence[str],
    *,
    ids: Sequence[str] | None = None,
    secret: bytes | None = None,
    done: Sequence[Mapping[str, Sequence[Region]]] | None = None,
) -> list[dict[str, Scrubbed]]:
    """Scrubs items, each of which is its fields' texts by name; a value has one replacement in all of its item.

    Args:
        items: For each item, field -> text, in the order in which a reader meets them.
        config: Regions of telephone numbers, what stays, which name model, and what stands for what is masked.
        languages: For each item, its BCP 47 tag. Cues and names are looked for in English items alone.
        ids: For each item, its id; surrogates of two ids are unrelated.
        secret: The key of the surrogates.
        done: For each item, field -> where replacements of an earlier scrubbing stand (:attr:`Scrubbed.shown`).

    Raises:
        ConfigError: If surrogates are asked for without a key, or the name model is not there.
    """
    from curation.pii.ner import name_finder

    names = name_finder(config.model)  # first: a spaCy pipeline may want what is left out below
    # Here, for they bring spaCy and Presidio: a second that who only names the step need not wait.
    load_light("curation.pii.detect")
    from curation.pii import detect

    replacements = _replacements(config, len(items), ids, secret)
    regions_done = done or [{}] * len(items)
    scrubbing = [
        _Item(item, is_covered(language), standing)
        for item, language, standing in zip(items, languages, regions_done, strict=True)
    ]
    keep = frozenset(key(text) for text in config.keep) - {""}
    open_drafts = [(item, draft) for item in scrubbing for draft in item.drafts.values()]
    while open_drafts:
        texts, english = [draft.text for _, draft in open_drafts], [item.english for item, _ in open_drafts]
        found = detect.find(texts, english, tuple(config.regions), names)
        for (item, draft), spans in zip(open_drafts, found, strict=True):
            item.learn(draft, spans, keep)
        changed = [
            item.apply() for item in scrubbing if any(draft.pending is not None for draft in item.drafts.values())
        ]
        open_drafts = [pair for pairs in changed for pair in pairs]
    return [
        {field: draft.result(replacement) for field, draft in item.drafts.items()}
        for item, replacement in zip(scrubbing, replacements, strict=True)
    ]


def _replacements(
    config: PIIConfig, count: int, ids: Sequence[str] | None, secret: bytes | None
) -> list[Callable[[str, str], str] | None]:
    if config.mode == "placeholder":
        return [None] * count
    if config.mode == "remove":
        return [lambda label, value: ""] * count
    if secret is None or ids is None:
        raise ConfigError(
            "surrogates need a key", field="pii.mode", mend="Use mode: placeholder, or give the key's file."
        )
    return [Surrogates(secret, item_id).of for item_id in ids]


class _Item:
    """The drafts of one item, what its people are called, and its numbering."""

    def __init__(self, texts: Mapping[str, str], english: bool, done: Mapping[str, Sequence[Region]]) -> None:
        self.drafts = {field: Draft(text, done.get(field, ())) for field, text in texts.items()}
        self.english = english
        self.names: frozenset[str] = frozenset()
        self.numbering = Numbering(texts.values())

    def learn(self, draft: Draft, found: list[Span], keep: frozenset[str]) -> None:
        """Decides what of a look at ``draft`` is to be masked, and learns the names that are sure."""
        text = draft.text
        if not found and not glance(text).digit:  # nothing to decide on, and no number of a helpline
            draft.kept = draft.kept or []
            draft.pending = []
            return
        goes, stays = decide(text, found, mentions(text), keep)
        people = [text[span.start : span.end] for span in goes if span.label == "PERSON" and span.score >= TRAVELS]
        self.names |= {form for name in people for form in cues.parts(name)}
        if draft.kept is None:
            draft.kept = merge(stays)
            sure = merge([*goes, *stays])
            draft.doubted = [span for span in found if span.source.startswith("doubt:") and not touches(span, sure)]
        draft.pending = goes

    def apply(self) -> list[tuple["_Item", Draft]]:
        """Masks what was decided, in the order of the fields; gives the drafts that have to be looked at again."""
        again = []
        for draft in self.drafts.values():
            wanted = (draft.pending or []) + cues.find_again(draft.text, self.names)
            draft.pending = None
            spans = draft.outside(merge(wanted)) if wanted else []
            if spans:
                draft.mask(spans, self.numbering)
                again.append((self, draft))
        return again
