"""The embedded name model at work: texts in, spans of people, places and organisations out.

A text is cut into windows, and a word is what its pieces are on average. Nothing is truncated. One thread a process: the engine runs one process a core.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from curation.pii.ner.features import Word, words
from curation.pii.ner.gate import may_hold_a_name
from curation.pii.ner.windows import sentences, together
from curation.pii.spans import Span
from curation.pii.words import is_word

if TYPE_CHECKING:
    from tokenizers import Encoding

CLASSES = ("O", "PERSON", "LOCATION", "ORG")
LEAST = {"PERSON": 0.25, "LOCATION": 0.25, "ORG": 0.5}
"""The least probability at which a word counts; chosen on the parts of the training sets that were kept back."""

DOUBT = 0.12
"""From here up to :data:`LEAST` a name is left and reported, so that a person looks."""

CACHED = 4096
"""Windows whose result is kept: a text that was masked is looked at again, and most of its windows are as they were."""

SOURCE, DOUBTED = "ner:embedded", "doubt:embedded"

_SHORT = r"(?:(?<=\b\w)|(?<=\b(?:St|Mt|Ft|Pt|Dr|Mr|Ms|Jr|Sr))|(?<=\b(?:Ste|Mrs)))\. ?|\."
"""The full stop of an initial, of what is shortened, or without a space; behind any other one begins a sentence."""
_WITHIN = {
    "PERSON": re.compile(rf"(?:[ \u00a0]|[-'’`]|{_SHORT})"),
    "LOCATION": re.compile(rf"(?:[ \u00a0]|[-'’`]|{_SHORT}|[,#]? ?,? {{0,4}}#?|, ?\n ?)"),
    "ORG": re.compile(rf"(?:[ \u00a0]|[-'’`]| ?& ?|{_SHORT})"),
}


class NameFinder(Protocol):
    """Finds names in texts; the embedded model is one, a pipeline of spaCy's another."""

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text, in order and without overlaps."""
        ...


class EmbeddedModel:
    """MiniLM-L6 as a token classifier; see ``MODEL_CARD.md`` beside this file.

    Args:
        gated: Whether sentences that hold nothing like a name are passed over.
    """

    def __init__(self, gated: bool = True) -> None:
        from tokenizers import Tokenizer  # here, for who scrubs by rules alone waits for neither

        from curation.onnx import session

        self.gated = gated
        folder = files("curation.pii.ner")
        self.session = session(folder.joinpath("model.onnx").read_bytes())
        self.tokenizer = Tokenizer.from_str(folder.joinpath("tokenizer.json").read_text(encoding="utf-8"))
        self.cache: dict[tuple[tuple[int, ...], bytes], npt.NDArray[np.float32]] = {}
        self.ends = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """See :class:`NameFinder`."""
        encodings = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        encodings = (
            [self.tokenizer.encode(text, add_special_tokens=False) for text in texts]
            if _blind(encodings)
            else encodings
        )
        of_texts = [words(text) for text in texts]
        chances = self._chances(texts, encodings, of_texts)
        return [_spans(text, of_text, chance) for text, of_text, chance in zip(texts, of_texts, chances, strict=True)]

    def _chances(
        self, texts: Sequence[str], encodings: "Sequence[Encoding]", of_texts: Sequence[Sequence[Word]]
    ) -> list[npt.NDArray[np.float32]]:
        """For each text an array (words, classes) of probabilities."""
        owners = [_owners(encoding.offsets, of_text) for encoding, of_text in zip(encodings, of_texts, strict=True)]
        sums: list[npt.NDArray[np.float32]] = [np.zeros((len(words_), len(CLASSES)), np.float32) for words_ in of_texts]
        for place, (text, encoding) in enumerate(zip(texts, encodings, strict=True)):
            owner, ids = owners[place], encoding.ids
            known = np.array([(0, 0), *((word.shape, word.known) for word in of_texts[place])], np.int64)
            read = [
                (first, end)
                for first, end in sentences(text, encoding.offsets)
                if not self.gated or may_hold_a_name(text, of_texts[place], owner[first:end])
            ]
            for window in together(read):
                of_window = np.concatenate([owner[first:end] for first, end in window])
                chances = self._run([piece for first, end in window for piece in ids[first:end]], of_window, known)
                np.add.at(sums[place], of_window[of_window >= 0], chances[of_window >= 0])
        for total in sums:
            total /= np.maximum(total.sum(-1, keepdims=True), 1e-9)
        return sums

    def _run(
        self, ids: Sequence[int], owner: npt.NDArray[np.int64], known: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Probabilities (pieces, classes) of one window.

        Each window is run by itself: the scale of its int8 activations is taken over all that is run together, and what is
        found in a text must not depend on its neighbours.
        """
        features = known[np.concatenate(([0], owner + 1, [0]))]
        seen = (tuple(ids), features.tobytes())
        if seen in self.cache:
            return self.cache[seen]
        inputs = {
            "pieces": np.array([[self.ends[0], *ids, self.ends[1]]], np.int64),
            "mask": np.ones((1, len(ids) + 2), np.int64),
            "shapes": features[None, :, 0],
            "known": features[None, :, 1],
        }
        (logits,) = self.session.run(None, inputs)
        chances: npt.NDArray[np.float32] = np.exp(logits[0, 1:-1] - logits[0, 1:-1].max(-1, keepdims=True))
        chances /= chances.sum(-1, keepdims=True)
        if len(self.cache) >= CACHED:
            self.cache.clear()
        self.cache[seen] = chances
        return chances


@cache
def embedded() -> EmbeddedModel:
    """One model a process, loaded when it is first needed."""
    return EmbeddedModel()


def _blind(encodings: "Sequence[Encoding]") -> bool:
    """Whether the fast encoding gave no offsets, as it does in some versions."""
    return any(len(encoding.ids) > 1 and encoding.offsets[-1] == (0, 0) for encoding in encodings)


def _owners(offsets: Sequence[tuple[int, int]], of_text: Sequence[Word]) -> npt.NDArray[np.int64]:
    """For each piece the place of its word, or -1."""
    if not of_text:
        return np.full(len(offsets), -1, np.int64)
    starts = np.fromiter((word.start for word in of_text), np.int64, len(of_text))
    ends = np.fromiter((word.end for word in of_text), np.int64, len(of_text))
    places = np.fromiter((start for start, _ in offsets), np.int64, len(offsets))
    found = np.searchsorted(starts, places, side="right") - 1
    inside = (found >= 0) & (places < ends[np.maximum(found, 0)])
    return np.where(inside, found, -1)


def _spans(text: str, of_text: Sequence[Word], chances: npt.NDArray[np.float32]) -> list[Span]:
    """Words that are names, joined where they belong together; names in doubt have the source :data:`DOUBTED`."""
    if not of_text:
        return []
    named = 1 - chances[:, 0]
    named[chances.sum(-1) == 0] = 0
    best = chances[:, 1:].argmax(-1) + 1
    found: list[Span] = []
    for place in np.flatnonzero(named >= DOUBT).tolist():
        label, chance, word = CLASSES[best[place]], float(named[place]), of_text[place]
        source = SOURCE if chance >= LEAST[label] else DOUBTED
        _join(text, found, Span(word.start, word.end, label, source, round(chance, 3)))
    return found


def _join(text: str, found: list[Span], span: Span) -> None:
    """Adds ``span``, or makes it a part of the last one: of a name that is sure, a word in doubt beside it is a part."""
    last = found[-1] if found else None
    if last is None or not _belong(text, last, span):
        found.append(span)
        return
    surer = last if last.source == SOURCE else span
    found[-1] = surer._replace(start=last.start, end=span.end, score=max(last.score, span.score))


def _belong(text: str, last: Span, span: Span) -> bool:
    """Whether two spans, the second behind the first, are parts of one name."""
    if last.source == span.source:
        return last.label == span.label and _are_one(span.label, text, last, span)
    sure, doubted = (last, span) if last.source == SOURCE else (span, last)
    if sure.label == "ORG" or text[doubted.start : doubted.end].islower():
        return False
    if any(is_word(text[one.start : one.end]) for one in (last, span)):
        return False
    return _are_one(sure.label, text, last, span)


def _are_one(label: str, text: str, last: Span, span: Span) -> bool:
    """Whether what stands between two spans can stand in a name."""
    if _WITHIN[label].fullmatch(text, last.end, span.start):
        return True
    between, behind = text[last.end : span.start], text[span.start : span.end]
    is_post_code = label == "LOCATION" and between == "\n" and behind[0].isdigit()
    return is_post_code or (label == "PERSON" and between == ", " and behind in ("Jr", "Sr"))
