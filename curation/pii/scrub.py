"""Scrubbing of the texts of items: find, keep, number, mask, and look again until nothing is found.

A mask changes what stands beside it, and so what the recognizers see. Therefore every text that changed is looked at
again, until a look finds nothing new; scrubbing a scrubbed text then changes nothing. Every round masks at least one
more code point, so it ends.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from curation.helplines import mentions
from curation.pii import cues, engine, forms
from curation.pii.keep import decide, key
from curation.pii.placeholders import Numbering, regions
from curation.pii.spans import Span, merge, trimmed, without
from schemas.config import PIIConfig


class Scrubbed(NamedTuple):
    """A text with placeholders in the place of personal data.

    Offsets of ``spans`` (masked) and ``kept`` (recognised and left, with the reason as ``source``) count code points
    of the text as it was given.
    """

    text: str
    spans: list[Span]
    kept: list[Span]


def scrub_text(text: str, config: PIIConfig | None = None, language: str = "en") -> Scrubbed:
    """Scrubs one text by itself: the same value gets the same placeholder within it.

    What is not found is said in :data:`curation.pii.LIMITS`.
    """
    return scrub_items([{"text": text}], config or PIIConfig(), [language])[0]["text"]


def scrub_items(
    items: Sequence[Mapping[str, str]], config: PIIConfig, languages: Sequence[str]
) -> list[dict[str, Scrubbed]]:
    """Scrubs items, each of which is its fields' texts by name; a value has one placeholder in all of its item.

    Args:
        items: For each item, field -> text, in the order in which a reader meets them.
        config: Regions of telephone numbers, and what stays.
        languages: For each item, its BCP 47 tag. Cues are looked for in English items alone.
    """
    drafts = [_Item(item, language.split("-")[0] == "en") for item, language in zip(items, languages, strict=True)]
    keep = frozenset(key(text) for text in config.keep) - {""}
    open_drafts = [(item, draft) for item in drafts for draft in item.drafts.values()]
    while open_drafts:
        found = engine.find([draft.text for _, draft in open_drafts], tuple(config.regions))
        for (item, draft), spans in zip(open_drafts, found, strict=True):
            item.learn(draft, spans, keep)
        changed = [item.apply() for item in drafts if any(draft.pending is not None for draft in item.drafts.values())]
        open_drafts = [pair for pairs in changed for pair in pairs]
    return [{field: draft.result() for field, draft in item.drafts.items()} for item in drafts]


class _Piece(NamedTuple):
    """A stretch of a draft: as it is shown, where it began in the original, and its span if it is masked."""

    shown: str
    start: int
    span: Span | None


class _Draft:
    """One text on its way: pieces that are masked, and pieces that stand as they were."""

    def __init__(self, text: str) -> None:
        self.pieces = [_Piece(text, 0, None)]
        self.kept: list[Span] | None = None
        self.pending: list[Span] | None = None

    @property
    def text(self) -> str:
        return "".join(piece.shown for piece in self.pieces)

    def mask(self, spans: Sequence[Span], numbering: Numbering) -> None:
        """Masks ``spans`` of the text as it is shown; none of them touches a piece that is masked."""
        pieces: list[_Piece] = []
        shown_start = 0
        for piece in self.pieces:
            shown_end = shown_start + len(piece.shown)
            done = shown_start
            if piece.span is None:
                for span in (span for span in spans if shown_start <= span.start < shown_end):
                    shift = piece.start - shown_start
                    value = piece.shown[span.start - shown_start : span.end - shown_start]
                    original = span._replace(start=span.start + shift, end=span.end + shift)
                    pieces.append(
                        _Piece(piece.shown[done - shown_start : span.start - shown_start], done + shift, None)
                    )
                    pieces.append(_Piece(numbering.placeholder(span.label, value), original.start, original))
                    done = span.end
                pieces.append(_Piece(piece.shown[done - shown_start :], piece.start + done - shown_start, None))
            else:
                pieces.append(piece)
            shown_start = shown_end
        self.pieces = [piece for piece in pieces if piece.shown]

    def result(self) -> Scrubbed:
        return Scrubbed(self.text, [piece.span for piece in self.pieces if piece.span], self.kept or [])


class _Item:
    """The drafts of one item, what its people are called, and its numbering."""

    def __init__(self, texts: Mapping[str, str], english: bool) -> None:
        self.drafts = {field: _Draft(text) for field, text in texts.items()}
        self.english = english
        self.names: frozenset[str] = frozenset()
        self.numbering = Numbering(texts.values())

    def learn(self, draft: _Draft, found: list[Span], keep: frozenset[str]) -> None:
        """Decides what of a look at ``draft`` is to be masked, and learns the names that were announced."""
        text = draft.text
        found = found + forms.find(text) + (cues.find(text) if self.english else [])
        goes, stays = decide(text, found, mentions(text), keep)
        people = [text[span.start : span.end] for span in goes if span.label == "PERSON"]
        self.names |= {form for name in people for form in cues.parts(name)}
        if draft.kept is None:
            draft.kept = merge(stays)
        draft.pending = goes

    def apply(self) -> list[tuple["_Item", _Draft]]:
        """Masks what was decided, in the order of the fields; gives the drafts that have to be looked at again."""
        again = []
        for draft in self.drafts.values():
            text = draft.text
            wanted = (draft.pending or []) + cues.find_again(text, self.names)
            draft.pending = None
            spans = _outside(text, merge(wanted))
            if spans:
                draft.mask(spans, self.numbering)
                again.append((self, draft))
        return again


def _outside(text: str, spans: Sequence[Span]) -> list[Span]:
    """What of ``spans`` is no placeholder and has a letter or a digit."""
    taken = regions(text)
    parts = [trimmed(text, part) for span in spans for part in without(span, taken)]
    return [part for part in parts if part is not None]
