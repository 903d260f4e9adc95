"""The sentences that items are put together from, and each use of one with some of its words altered.

Only plain sentences are taken: no digit, markup, address or character beyond ASCII, and no capital but the first and
"I". So whatever of these an item holds was planted, and is known.
"""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_PLAIN = re.compile(r"[A-Z][a-zA-Z' ,;:.!?-]*[.!?]")
_NOT_PLAIN = re.compile(r"(?<=.)(?<![A-Za-z'])(?!I\b)[A-Z]|[.?!]\w")
_ALTERABLE = re.compile(r"(?<![\w'-])([a-z]{4,})(?![\w'-])")
_ASCII = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": "", "\u201d": "", "\u00a0": " "})
_ENDINGS = ("ing", "ed", "ly", "s", "")
words = str.split
_KEPT = frozenset(
    words(
        "about after again against always because been before being both cannot could does doing down during each else"
        " even ever every from have having here into itself just like many might mine more most much must myself never"
        " none only other ours over same shall should some such than that their them themselves then there these they"
        " this those through under until upon very were what when where which while whom will with without would your"
        " yours yourself"
    )
)
"""Words that make the sense of a sentence's form, and stay: what is altered is a word with content."""

Draw = Callable[[int], int]
"""``draw(n)``: a random number from 0 to n - 1."""


class Sentences:
    """Distinct sentences, in pieces: every second piece is a word that may be altered.

    Args:
        texts: Whatever holds sentences.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list({sentence.lower(): sentence for text in texts for sentence in _plain(text)}.values())
        if not self.texts:
            raise SystemExit("no plain sentence of 5 to 30 words is in these files: give others with --sentences")
        self._pieces = [_ALTERABLE.split(sentence) for sentence in self.texts]
        by_ending: dict[str, list[str]] = {ending: [] for ending in _ENDINGS}
        self._places: list[list[tuple[int, list[str]]]] = []
        for pieces in self._pieces:
            places = []
            for place in range(1, len(pieces), 2):
                word = pieces[place]
                if word not in _KEPT:
                    # A word comes as often as in the texts, so that altered words are as common as the others.
                    others = by_ending[next(ending for ending in _ENDINGS if word.endswith(ending))]
                    others.append(word)
                    places.append((place, others))
            self._places.append(places)

    def __len__(self) -> int:
        return len(self.texts)

    def use(self, draw: Draw) -> str:
        """A sentence in which one word of content in three or so is another of the same ending."""
        number = draw(len(self._pieces))
        places = self._places[number]
        if not places:
            return self.texts[number]
        pieces = self._pieces[number].copy()
        for _ in range(len(places) // 3 + 1):
            place, others = places[draw(len(places))]
            pieces[place] = others[draw(len(others))]
        return "".join(pieces)


def _plain(text: str) -> Iterator[str]:
    for part in _SENTENCE_END.split(text.translate(_ASCII)):
        sentence = " ".join(part.split())
        if 5 <= sentence.count(" ") + 1 <= 30 and _PLAIN.fullmatch(sentence) and not _NOT_PLAIN.search(sentence):
            yield sentence


def texts_of(files: Iterable[Path]) -> Iterator[str]:
    """Every text in ``files``, or in the files of these folders: the strings of CSV and JSON, the lines of others."""
    csv.field_size_limit(sys.maxsize)
    for given in files:
        for file in sorted(given.rglob("*")) if given.is_dir() else [given]:
            if file.suffix == ".csv":
                with file.open(encoding="utf-8", newline="") as opened:
                    yield from (cell for row in csv.reader(opened) for cell in row)
            elif file.suffix == ".json":
                yield from _strings(json.loads(file.read_text(encoding="utf-8")))
            elif file.suffix in (".jsonl", ".txt", ".md"):
                with file.open(encoding="utf-8") as opened:
                    for line in opened:
                        yield from _strings(_read(line))


def _read(line: str) -> Any:
    """The JSON value of a line, or the line itself."""
    try:
        return json.loads(line)
    except ValueError:
        return line


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
