"""A text as sentences of plain words, each with its place in the text: the form in which phrases are looked for."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from curation.triage.fold import Folded, fold
from curation.triage.phrases import by_anchor, companies, vocabulary
from curation.triage.spelling import Readings, spellings

_WORD = re.compile(r"[@$]?[a-z0-9]+(?:['@$!|+/*€£]+[a-z0-9]+)*")
"""A word, with the signs that may stand for letters in it."""
_PLAIN_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_TOKEN = re.compile(r"[@$]?[a-z0-9]+(?:['@$!|+/*€£]+[a-z0-9]+)*|[,:()]|\"|(?<=\s)[-~]+(?=\s)|--|[😂🤣💀😭]")
_SENTENCE_END = re.compile(r"\.+(?![0-9])|[!?]+(?![a-z0-9])|;|\n\s*\n")
_SIGNS = frozenset("@$!|+/*€£")
_SPACED = re.compile(r"(?<![\w'])[a-z0-9@$!](?:[ .\-_*/]{1,2}[a-z0-9@$!]){2,60}(?![\w'])")
_LETTER = re.compile(r"[a-z0-9@$!]")
LONGEST_SENTENCE = 1_000
"""In characters; longer ones are cut, so that a text without full stops is read in time that grows with its length."""


class Sentence(NamedTuple):
    """A sentence in plain words.

    ``text`` is the words with a space behind each; ``begins`` where each begins in it; ``starts`` and ``ends`` where
    each stands in the original text, by code points. A comma and a quotation mark are words. ``question`` tells whether
    the sentence ends with a question mark, ``anchors`` the words by which phrases are found.
    """

    text: str
    begins: list[int]
    starts: list[int]
    ends: list[int]
    anchors: list[str]
    question: bool

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original text of what stands at ``start`` to ``end`` in the sentence's ``text``."""
        first = bisect_right(self.begins, start) - 1
        last = max(first, bisect_right(self.begins, end - 1) - 1)
        return self.starts[first], self.ends[last]


class Reading:
    """A text that is read sentence by sentence, only where there is something to look at."""

    def __init__(self, text: str) -> None:
        self.folded = _respaced(fold(text))
        self._sentences: dict[int, Sentence] = {}
        plain = self.folded.text
        self.bounds: list[tuple[int, int]] = []
        begin = 0
        for end in _SENTENCE_END.finditer(plain):
            if end.start() > begin:
                self._bound(begin, end.end())
            begin = end.end()
        if begin < len(plain):
            self._bound(begin, len(plain))

    def _bound(self, begin: int, end: int) -> None:
        """Takes in a sentence; one without an end in sight is cut between words."""
        while end - begin > LONGEST_SENTENCE:
            space = self.folded.text.rfind(" ", begin + 1, begin + LONGEST_SENTENCE)
            cut = space if space > begin else begin + LONGEST_SENTENCE
            self.bounds.append((begin, cut))
            begin = cut
        self.bounds.append((begin, end))

    def suspects(self) -> Iterator[int]:
        """The sentences that hold a word by which a phrase is found, and beside it one that the phrase needs."""
        plain, anchored, heard, needs = self.folded.text, _anchored(), _heard(), companies()
        for place, (begin, end) in enumerate(self.bounds):
            raw = set(_WORD.findall(plain, begin, end))
            if not any(anchored[word] for word in raw):
                continue
            words = _with_joined({part for word in raw for part in heard[word]})
            for anchor in words & needs.keys():
                company = needs[anchor]
                if company is None or not company.isdisjoint(words):
                    yield place
                    break

    def sentence(self, place: int) -> Sentence:
        """The sentence at ``place``, in plain words."""
        if place not in self._sentences:
            begin, end = self.bounds[place]
            self._sentences[place] = _read(self.folded, begin, end)
        return self._sentences[place]


def weigh(plain: str, begin: int, end: int) -> int:
    """How many different words between ``begin`` and ``end`` of a folded text are words by which phrases are found."""
    anchored = _anchored()
    return sum(anchored[word] for word in set(_WORD.findall(plain, begin, end)))


@cache
def readings() -> Readings:
    """How words are read; shared by all texts."""
    return Readings(vocabulary())


class _Heard(dict[str, tuple[str, ...]]):
    """Words as they stand in texts -> the words that they are read as; filled as words are met."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) > Readings.MOST:
            self.clear()
        parts = [word] if readings().decoded(word) or _SIGNS.isdisjoint(word) else [word, *_PLAIN_WORD.findall(word)]
        found = self[word] = tuple(one for part in parts for read in readings()[part] for one in read.split())
        return found


@cache
def _heard() -> _Heard:
    return _Heard()


def _with_joined(words: set[str]) -> set[str]:
    """``words`` with what pairs of them may be read as, wherever in the sentence the two stand."""
    pairs = _pairs_by_tail()
    while True:
        tails = words & pairs.keys()
        joined = {word for tail in tails for head in words & pairs[tail].keys() for word in pairs[tail][head]} - words
        if not joined:
            return words
        words |= joined


class _Anchored(dict[str, bool]):
    """Words as they stand in texts -> whether a phrase may be found by them; filled as words are met."""

    def __missing__(self, word: str) -> bool:
        if len(self) > Readings.MOST:
            self.clear()
        joined = _joined_heads()
        parts = [word] if readings().decoded(word) else _PLAIN_WORD.findall(word) if _SIGNS & set(word) else [word]
        read = [one for part in parts for one in readings()[part]]
        found = self[word] = any(one in by_anchor() or one in joined for one in read)
        return found


@cache
def _anchored() -> _Anchored:
    return _Anchored()


@cache
def _joined_heads() -> frozenset[str]:
    """First words of pairs that are read as one, where that one is an anchor."""
    return frozenset(
        pair.split()[0] for pair, joined in spellings().pairs.items() if any(w in by_anchor() for w in joined.split())
    ) - {"no", "every", "some", "any", "do", "i", "going", "is"}


@cache
def _pairs_by_tail() -> dict[str, dict[str, list[str]]]:
    """The pairs that are read as one: what stands behind -> what stands before -> the words that they are read as."""
    found: dict[str, dict[str, list[str]]] = {}
    for pair, joined in spellings().pairs.items():
        head, _, tail = pair.partition(" ")
        found.setdefault(tail, {})[head] = joined.split()
    return found


def _read(folded: Folded, begin: int, end: int) -> Sentence:
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    read, pairs = readings(), _pairs_by_tail()
    for raw, start, stop in _tokens(folded.text, begin, end):
        for word in (",",) if raw in _COMMAS else (raw,) if raw in _KEPT else read[raw]:
            first, parts = start, word.split() if " " in word else (word,)
            if word in pairs and words and (joined := pairs[word].get(words[-1])):
                first, parts = starts[-1], joined
                del words[-1], starts[-1], ends[-1]
            for part in parts:
                words.append(part)
                starts.append(first)
                ends.append(stop)
    begins, at = [], 0
    for word in words:
        begins.append(at)
        at += len(word) + 1
    anchors = by_anchor()
    return Sentence(
        text="".join(f"{word} " for word in words),
        begins=begins,
        starts=starts if folded.places is None else [folded.place(start) for start in starts],
        ends=ends if folded.places is None else [folded.end(stop) for stop in ends],
        anchors=[word for word in dict.fromkeys(words) if word in anchors],
        question="?" in folded.text[max(begin, end - 3) : end],
    )


_COMMAS = frozenset([",", ":", "(", ")", "-", "--", "~"])
_KEPT = frozenset(['"', "😂", "🤣", "💀", "😭"])


def _tokens(plain: str, begin: int, end: int) -> Iterator[tuple[str, int, int]]:
    for match in _TOKEN.finditer(plain, begin, end):
        raw = match.group()
        if raw.isalnum() or _SIGNS.isdisjoint(raw) or raw in spellings().words or readings().decoded(raw):
            yield raw, match.start(), match.end()
            continue
        for part in _PLAIN_WORD.finditer(plain, match.start(), match.end()):
            yield part.group(), part.start(), part.end()


def _respaced(folded: Folded) -> Folded:
    """``folded`` with letters that stand apart (``s u i c i d e``) put together where they make known words."""
    plain = folded.text
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for match in _SPACED.finditer(plain):
        letters = [(one.group(), one.start()) for one in _LETTER.finditer(plain, match.start(), match.end())]
        words = _segmented("".join(letter for letter, _ in letters))
        if words is None:
            continue
        pieces.append(plain[done : match.start()])
        places += [folded.place(at) for at in range(done, match.start())]
        for word in words:
            own, letters = letters[: len(word)], letters[len(word) :]
            pieces.append(word + (" " if letters else ""))
            places += [folded.place(at) for _, at in own] + ([folded.place(own[-1][1])] if letters else [])
        done = match.end()
    if not pieces:
        return folded
    pieces.append(plain[done:])
    places += [folded.place(at) for at in range(done, len(plain))] + [folded.place(len(plain))]
    return Folded("".join(pieces), places)


@cache
def _segmented(letters: str) -> tuple[str, ...] | None:
    """The fewest known words that ``letters`` are made of, one longer than two letters; None if there are none."""
    read = readings()
    best: list[tuple[str, ...] | None] = [(), *([None] * len(letters))]
    for end in range(1, len(letters) + 1):
        for begin in range(max(0, end - 12), end):
            head, word = best[begin], letters[begin:end]
            if head is None or not (read.knows(word) or (len(word) > 2 and read.decoded(word))):
                continue
            if len(word) == 1 and word not in ("i", "a", "u"):
                continue
            if best[end] is None or len(head) + 1 < len(best[end] or ()):
                best[end] = (*head, word)
    found = best[-1]
    return found if found and any(len(word) > 2 for word in found) else None
