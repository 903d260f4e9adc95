"""A text on its way through scrubbing: pieces that stand as they were, and pieces that are masked."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from curation.pii.placeholders import Numbering, regions
from curation.pii.spans import Span, merged, trimmed, without

Region = tuple[int, int]


class Scrubbed(NamedTuple):
    """A text with replacements in the place of personal data.

    Offsets of ``spans`` (masked), ``kept`` (recognised and left, with the reason as ``source``) and ``doubted`` (perhaps a
    name, and left) count code points of the text as it was given; ``shown`` says for each of ``spans`` where its
    replacement stands in ``text``.
    """

    text: str
    spans: list[Span]
    kept: list[Span]
    doubted: list[Span]
    shown: list[Region]


class _Piece(NamedTuple):
    """A stretch of a draft: as it is shown, where it began in the original, its span and value if it is masked."""

    shown: str
    start: int
    span: Span | None = None
    value: str = ""
    done: bool = False
    """Whether it is a replacement that an earlier scrubbing put there."""


class Draft:
    """One text; while it is worked on, placeholders stand for what is masked.

    Args:
        text: The text.
        done: Where replacements of an earlier scrubbing stand; they are left alone.
    """

    def __init__(self, text: str, done: Iterable[Region] = ()) -> None:
        self.pieces: list[_Piece] = []
        end = 0
        for start, stop in merged(done):
            self.pieces += [_Piece(text[end:start], end), _Piece(text[start:stop], start, done=True)]
            end = stop
        self.pieces = [piece for piece in [*self.pieces, _Piece(text[end:], end)] if piece.shown]
        self.kept: list[Span] | None = None
        self.doubted: list[Span] = []
        self.pending: list[Span] | None = None

    @property
    def text(self) -> str:
        if len(self.pieces) == 1:
            return self.pieces[0].shown
        return "".join(piece.shown for piece in self.pieces)

    def outside(self, spans: Sequence[Span]) -> list[Span]:
        """What of ``spans`` is no replacement, and has a letter or a digit."""
        text, place, taken = self.text, 0, []
        for piece in self.pieces:
            if piece.done:
                taken.append((place, place + len(piece.shown)))
            place += len(piece.shown)
        taken = merged([*taken, *regions(text)])
        parts = [trimmed(text, part) for span in spans for part in without(span, taken)]
        return [part for part in parts if part is not None]

    def mask(self, spans: Sequence[Span], numbering: Numbering) -> None:
        """Masks ``spans`` of the text as it is shown; none of them touches a piece that is masked."""
        pieces: list[_Piece] = []
        shown_start = 0
        for piece in self.pieces:
            shown_end = shown_start + len(piece.shown)
            done = shown_start
            if piece.span is None and not piece.done:
                for span in (span for span in spans if shown_start <= span.start < shown_end):
                    shift = piece.start - shown_start
                    value = piece.shown[span.start - shown_start : span.end - shown_start]
                    original = span._replace(start=span.start + shift, end=span.end + shift)
                    pieces.append(_Piece(piece.shown[done - shown_start : span.start - shown_start], done + shift))
                    pieces.append(_Piece(numbering.placeholder(span.label, value), original.start, original, value))
                    done = span.end
                pieces.append(_Piece(piece.shown[done - shown_start :], piece.start + done - shown_start))
            else:
                pieces.append(piece)
            shown_start = shown_end
        self.pieces = [piece for piece in pieces if piece.shown]

    def result(self, replacement: Callable[[str, str], str] | None) -> Scrubbed:
        """The scrubbed text.

        Args:
            replacement: Gives what stands for a label and value; the placeholder stays where it is not given.
        """
        text, spans, shown = "", [], []
        for piece in self.pieces:
            stands = piece.shown
            if piece.span and replacement:
                stands = replacement(piece.span.label, piece.value)
                if not stands and text[-1:] == " ":
                    text = text[:-1]
            if piece.span:
                spans.append(piece.span)
                shown.append((len(text), len(text) + len(stands)))
            text += stands
        return Scrubbed(text, spans, self.kept or [], self.doubted, shown)
