"""Makes a workspace of made items: two sources of questions and answers, one of dialogues, and the truth about them.

Records are made one after another from one stream of random numbers, so that a corpus is the beginning of every
larger one of the same seed, and memory does not grow with it.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from benchmarks.made.damage import COPIES, DAMAGE, Texts
from benchmarks.made.planted import CARRIERS, SENTENCES, contrast, sentence_with, value
from benchmarks.made.sentences import Draw, Sentences
from schemas.errors import UsageError

RATES = {
    **{"exact": 30, "case": 10, "spacing": 10, "typo": 10, "greeting": 10, "truncated": 10},
    **{"contrast": 20, "html": 20, "mojibake": 10},
    **{"email": 6, "phone": 6, "ssn": 6, "url": 6, "ip": 6, "date": 6, "name": 10},
    **{"crisis": 10, "term": 6},
    **{"empty": 8, "cut": 5},
}
"""How many records in a thousand are of each kind; the others are plain items."""
REMEMBERED = 20_000
"""Plain items of which copies may be made: a random choice of all so far."""
TOPICS = ["anxiety", "family", "grief", "sleep", "work", "trauma", "relationships", "self-esteem"]
WORKSPACE = """\
# Made items with planted faults; what was planted where stands in truth.jsonl.
name: made
sources:
  - {id: forum, path: sources/forum.jsonl, kind: qa, map: {key: id, question: question, answer: answer, topic: topic},
     license: LicenseRef-made, origin: generated, generator: benchmarks.made}
  - {id: clinic, path: sources/clinic.csv, kind: qa, map: {key: key, question: asked, answer: reply, topic: topic},
     license: LicenseRef-made, origin: generated, generator: benchmarks.made}
  - {id: chats, path: sources/chats.jsonl, kind: dialogue, license: LicenseRef-made, origin: generated,
     generator: benchmarks.made, map: {key: id, topic: topic, turns: {path: conversation, role: who, text: says,
     roles: {client: seeker, counsellor: supporter}}}}
"""
FORUM, CLINIC, CHATS = "forum", "clinic", "chats"


class Made(NamedTuple):
    """What stands in a made workspace; ``made.json``."""

    records: int
    seed: int
    sentences: int
    """Distinct sentences that the items were put together from."""
    uses: int
    """How often a sentence was used in all."""
    rows: dict[str, int]
    """Records by source."""
    planted: dict[str, int]
    """Records by kind; ``plain`` and ``contrast_of`` (what a contrast differs from) are items without a fault."""


class _Record(NamedTuple):
    kind: str
    source: str
    texts: Texts
    truth: dict[str, Any]


def make(folder: Path, records: int, seed: int, texts: Iterator[str]) -> Made:
    """Writes a workspace of so many ``records`` into ``folder``; where one stands already, they are added to it.

    Each line of ``truth.jsonl`` tells of one record that is no plain item: its ``source``, ``row`` (counted from 1) and
    ``record`` (its key), its ``kind``, ``of`` (the key of what it is a copy or a contrast of), ``value`` (what was
    planted) and, for damage, ``letters`` (a hash of the letters and digits as they were).

    Raises:
        UsageError: If the folder holds something else.
    """
    before = _before(folder)
    sentences = Sentences(texts)
    items = _Items(sentences, _draws(seed, before.records if before else 0))
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    rows = Counter(before.rows if before else {})
    planted = Counter(before.planted if before else {})
    start = before.records if before else 0
    with _Files(folder, new=before is None) as files:
        for number in range(start, start + records):
            key = f"m{number}"
            one = items.next(key)
            rows[one.source] += 1
            planted[one.kind] += 1
            files.write(key, one, rows[one.source], TOPICS[number % len(TOPICS)])
    made = Made(start + records, seed, len(sentences), items.uses + (before.uses if before else 0), rows, planted)
    (folder / "curate.yaml").write_text(WORKSPACE, encoding="utf-8")
    (folder / "made.json").write_text(json.dumps(made._asdict(), indent=1) + "\n", encoding="utf-8")
    return made


def _before(folder: Path) -> Made | None:
    if (folder / "made.json").is_file():
        return Made(**json.loads((folder / "made.json").read_text(encoding="utf-8")))
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"'{folder}' is not empty", mend="Name a new folder, or one that was made here.")
    return None


def _draws(*seed: int) -> Draw:
    """Random numbers, drawn by the hundred thousand."""
    generator = np.random.Generator(np.random.PCG64(seed))

    def stream() -> Iterator[float]:
        while True:
            yield from generator.random(100_000).tolist()

    following = stream().__next__
    return lambda n: int(following() * n)


class _Items:
    """The records, one after another."""

    def __init__(self, sentences: Sentences, draw: Draw) -> None:
        self.uses = 0
        self._sentences, self._draw = sentences, draw
        kinds = [kind for kind, rate in RATES.items() for _ in range(rate)]
        self._kinds = kinds + ["plain"] * (1000 - len(kinds))
        found = (contrast(sentence, draw) for sentence in [*CARRIERS, *sentences.texts])
        self._contrasts = [one for one in found if one]
        self._seen: list[_Record] = []
        self._plain = 0
        self._waiting: list[_Record] = []
        self._makers: dict[str, Callable[[str], _Record]] = {
            **dict.fromkeys(COPIES, self._copy),
            **dict.fromkeys(DAMAGE, self._damaged),
            **dict.fromkeys(SENTENCES, self._with_value),
            **{"contrast": self._contrast, "empty": self._empty, "cut": self._cut},
        }

    def next(self, key: str) -> _Record:
        kind = self._kinds[self._draw(1000)]
        one = self._makers.get(kind, self._new)(kind)
        if one.kind == "contrast_of":
            self._waiting[-1].truth["of"] = key
        elif one.kind == "plain":
            self._remember(one._replace(truth={"of": key}))
        return one

    def _remember(self, one: _Record) -> None:
        """Keeps a random choice of all plain items, so that a copy may be of any that came before."""
        self._plain += 1
        if len(self._seen) < REMEMBERED:
            self._seen.append(one)
        elif (place := self._draw(self._plain)) < REMEMBERED:
            self._seen[place] = one

    def _text(self, fewest: int, most: int) -> str:
        number = fewest + self._draw(most - fewest + 1)
        self.uses += number
        return " ".join([self._sentences.use(self._draw) for _ in range(number)])

    def _new(self, kind: str) -> _Record:
        draw = self._draw(100)
        if draw < 15:
            turns = 2 * (2 + self._draw(3))
            return _Record(kind, CHATS, [self._text(1, 2) for _ in range(turns)], {})
        return _Record(kind, FORUM if draw < 70 else CLINIC, [self._text(1, 3), self._text(3, 7)], {})

    def _copy(self, kind: str) -> _Record:
        if not self._seen:
            return self._new("plain")
        source = self._seen[self._draw(len(self._seen))]
        place = source.source if source.source == CHATS else [FORUM, CLINIC][self._draw(2)]
        return _Record(kind, place, COPIES[kind](source.texts, self._draw), source.truth)

    def _contrast(self, kind: str) -> _Record:
        """An item that differs in one word from one that came some time before; or first that one."""
        if len(self._waiting) > 1 and self._draw(2):
            return self._waiting.pop(self._draw(len(self._waiting) - 1))
        changed = self._contrasts[self._draw(len(self._contrasts))]
        # Outside of terms, one word makes another text of a short item alone.
        is_long = changed.is_term and self._draw(2) == 1
        before = f"{self._text(1, 2)} " if is_long else ""
        answer = self._text(2, 5) if is_long else self._text(1, 1)
        self._waiting.append(_Record(kind, FORUM, [before + changed.second, answer], {"long": is_long}))
        return _Record("contrast_of", CLINIC, [before + changed.first, answer], {})

    def _damaged(self, kind: str) -> _Record:
        one = self._new(kind)
        return one._replace(texts=DAMAGE[kind](one.texts, self._draw), truth={"letters": letters(one.texts)})

    def _with_value(self, kind: str) -> _Record:
        one = self._new(kind)
        planted = value(kind, self._draw)
        place = self._draw(len(one.texts))
        said = sentence_with(kind, planted, self._draw)
        texts = [f"{text} {said}" if number == place else text for number, text in enumerate(one.texts)]
        return one._replace(texts=texts, truth={"value": planted})

    def _empty(self, kind: str) -> _Record:
        """The last text is blank, or is once its markup is gone."""
        one = self._new(kind)
        return one._replace(texts=[*one.texts[:-1], ["", "   ", "<p>&nbsp;</p>"][self._draw(3)]])

    def _cut(self, kind: str) -> _Record:
        """A line that breaks off."""
        return self._new(kind)


class _Files:
    """The sources and the truth, open for writing."""

    def __init__(self, folder: Path, *, new: bool) -> None:
        mode = "w" if new else "a"
        names = {source: f"sources/{source}.jsonl" for source in (FORUM, CHATS)} | {CLINIC: "sources/clinic.csv"}
        names["truth"] = "truth.jsonl"
        self._files: dict[str, IO[str]] = {
            name: (folder / path).open(mode, encoding="utf-8", newline="") for name, path in names.items()
        }
        self._csv = csv.writer(self._files[CLINIC], lineterminator="\n")
        if new:
            self._csv.writerow(["key", "topic", "asked", "reply"])

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def write(self, key: str, one: _Record, row: int, topic: str) -> None:
        if one.source == CLINIC:
            self._csv.writerow([key, topic] if one.kind == "cut" else [key, topic, *one.texts])
        else:
            self._files[one.source].write(_line(key, one, topic))
        if one.kind != "plain":
            told = {"source": one.source, "row": row, "record": key, "kind": one.kind, **one.truth}
            self._files["truth"].write(json.dumps(told) + "\n")


def _line(key: str, one: _Record, topic: str) -> str:
    record: dict[str, Any] = {"id": key, "topic": topic}
    if one.source == FORUM:
        record |= {"question": one.texts[0], "answer": one.texts[1]}
    else:
        says = zip(["client", "counsellor"] * len(one.texts), one.texts, strict=False)
        record["conversation"] = [{"who": who, "says": text} for who, text in says]
    line = json.dumps(record, ensure_ascii=False)
    return (line[: len(line) // 2] if one.kind == "cut" else line) + "\n"


def letters(texts: Texts) -> str:
    """A hash of the ASCII letters and digits of texts, in small: of what cleaning leaves as it is."""
    kept = "".join(filter(str.isalnum, "".join(texts).encode("ascii", "ignore").decode().lower()))
    return hashlib.blake2b(kept.encode(), digest_size=8).hexdigest()
