"""Words of many texts at once: numpy over the code points of all of them, with no Python per word.

A word is a run of letters, a run of digits, or one symbol that carries meaning. Each becomes the 64-bit hash of its
case-folded form, so that later steps compare numbers. :func:`spellings` gives the words back as strings.
"""

import hashlib
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.dedup.english import expanded

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

CHUNK_CHARACTERS = 1 << 20
"""Characters looked at together: their arrays then fit a processor's cache. A longer text is a chunk of its own."""

SPEAKERS = range(0xE000, 0xE003)
"""Code points of private use, each a word: who speaks in a dialogue. Cleaned texts hold none."""

LONGEST_WORDLESS = 1000
"""Characters of the longest text without letters and digits that is shown as it is."""

_BETWEEN, _LETTER, _DIGIT, _SINGLE, _UNKNOWN = range(5)
_KINDS = np.full(sys.maxunicode + 1, _UNKNOWN, np.uint8)
"""What each code point is, found out when it is first met, together with the 255 beside it."""
_VARIATIONS = range(0xFE00, 0xFE10)
"""Code points that only choose how an emoji is drawn."""
_APOSTROPHES = str.maketrans(dict.fromkeys("'\u2019\u2018\u02bc`\u00b4", None))
_NUMBER_JOINERS = np.array([ord(sign) for sign in ".,:/-\u2013"], np.uint32)
_MEANT = "%&@#"
"""Punctuation by its Unicode category, and yet a word: 5 % is not 5."""
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)


class Tokens(NamedTuple):
    """The words of some texts, one after another."""

    hashes: Hashes
    """Shape (words,)."""
    offsets: Places
    """Shape (texts + 1,): the words of text ``i`` are ``hashes[offsets[i]:offsets[i + 1]]``."""

    def of(self, text: int) -> Hashes:
        """The words of one text."""
        return self.hashes[self.offsets[text] : self.offsets[text + 1]]


def tokenise(texts: Sequence[str]) -> Tokens:
    """The words of ``texts`` as 64-bit hashes: in lower case, without punctuation and apostrophes.

    A point or comma inside a number is part of it (0.5 is not 05), a sign of a range or a date as well. Digits and
    letters are different words (50mg is 50 mg). Symbols that carry meaning stand for themselves (an emoji, a currency,
    a percentage), and so does a character of a script that is written without spaces.
    """
    hashes: list[Hashes] = [np.empty(0, np.uint64)]
    counts: list[Places] = [np.empty(0, np.int64)]
    for chunk in _chunks([folded(text) for text in texts]):
        codes, rows = _joined(chunk)
        starts, ends = _words(codes)
        hashes.append(_hashed(codes, starts, ends))
        counts.append(np.diff(np.searchsorted(starts, rows)))
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.concatenate(counts), out=offsets[1:])
    return _with_wordless(texts, Tokens(np.concatenate(hashes), offsets))


def _with_wordless(texts: Sequence[str], tokens: Tokens) -> Tokens:
    """A text without words, such as "???", is one word, its own; one of nothing but white space has none."""
    counts = np.diff(tokens.offsets)
    wordless = [place for place in np.flatnonzero(counts == 0).tolist() if texts[place].strip()]
    if not wordless:
        return tokens
    own = [_hash_of(texts[place].strip()) for place in wordless]
    counts[wordless] = 1
    hashes = np.insert(tokens.hashes, tokens.offsets[wordless], np.array(own, np.uint64))
    return Tokens(hashes, np.concatenate([[0], np.cumsum(counts)]))


def _hash_of(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def spellings(texts: Sequence[str]) -> dict[int, str]:
    """How each word of ``texts`` is spelt, by its 32-bit hash (see :func:`short`)."""
    known: dict[int, str] = {}
    for chunk in _chunks([folded(text) for text in texts]):
        codes, _ = _joined(chunk)
        starts, ends = _words(codes)
        hashes, first = np.unique(short(_hashed(codes, starts, ends)), return_index=True)
        joined = " ".join(chunk)
        for value, start, end in zip(hashes.tolist(), starts[first].tolist(), ends[first].tolist(), strict=True):
            known[value] = joined[start:end]
    for text in texts:
        if len(text) < LONGEST_WORDLESS and (bare := text.strip()) and not any(map(str.isalnum, bare)):
            known[_hash_of(bare) >> 32] = bare
    return known


def words_of(text: str) -> list[str]:
    """The words of one text, with contractions and with the words that they stand for."""
    words = list(spellings([text]).values())
    return words + expanded(words)


def short(hashes: Hashes) -> NDArray[np.uint32]:
    """The upper half of each hash: two given words share it once in 2 ** 32."""
    return (hashes >> np.uint64(32)).astype(np.uint32)


def folded(text: str) -> str:
    """A text in lower case and composed form, without apostrophes: ``can't`` and ``cant`` are one word."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.casefold().translate(_APOSTROPHES) if not text.isascii() else text.lower().replace("'", "")


def _chunks(texts: list[str]) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    size = 0
    for text in texts:
        if size + len(text) > CHUNK_CHARACTERS and chunks[-1]:
            chunks.append([])
            size = 0
        chunks[-1].append(text)
        size += len(text) + 1
    return chunks


def _joined(texts: list[str]) -> tuple[NDArray[np.uint32], Places]:
    """The code points of ``texts``, each followed by a space, and where each begins and the last one ends."""
    joined = " ".join(texts) + " "
    rows = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) + 1 for text in texts], out=rows[1:])
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32), rows


def _words(codes: NDArray[np.uint32]) -> tuple[Places, Places]:
    """Where words start and end, given the code points of texts that each end with a space."""
    kinds = _kinds_of(codes)
    digits = kinds == _DIGIT
    if digits.any():
        places = np.flatnonzero(digits[:-2] & digits[2:]) + 1
        joiners = places[np.isin(codes[places], _NUMBER_JOINERS)]
        kinds[joiners] = _DIGIT
    single = kinds == _SINGLE
    start = kinds != 0
    start[1:] &= (kinds[1:] != kinds[:-1]) | single[1:]
    end = kinds != 0
    end[:-1] &= (kinds[1:] != kinds[:-1]) | single[:-1]
    return np.flatnonzero(start), np.flatnonzero(end) + 1


def _hashed(codes: NDArray[np.uint32], starts: Places, ends: Places) -> Hashes:
    """A polynomial hash of each word, from one running sum over all characters.

    A word from ``start`` has the sum of ``code * BASE ** (place - start)`` modulo 2 ** 64: powers are invertible
    there, so that the difference of two running sums needs one multiplication more to be independent of its place.
    """
    powers, inverses = _powers(1 << max(len(codes), CHUNK_CHARACTERS).bit_length())
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes + np.uint64(0x10001)) * powers[: len(codes)], out=sums[1:])
    return mixed((sums[ends] - sums[starts]) * inverses[starts])


def mixed(values: Hashes) -> Hashes:
    """The finaliser of splitmix64 (G. Steele, D. Lea and C. Flood, 2014): every bit of the result depends on all."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """``BASE ** place`` and its inverse modulo 2 ** 64 for places below ``size``."""
    powers = []
    for base in (_BASE, _INVERSE):
        steps = np.full(size, base, np.uint64)
        steps[0] = 1
        powers.append(np.cumprod(steps))
    return powers[0], powers[1]


def _kinds_of(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """For each code point: 0 between words, or letter, digit, or a word of its own."""
    kinds = _KINDS[codes]
    unknown = codes[kinds == _UNKNOWN]
    if not len(unknown):
        return kinds
    for block in np.unique(unknown >> 8).tolist():
        _KINDS[block << 8 : (block + 1) << 8] = [_kind(code) for code in range(block << 8, (block + 1) << 8)]
    return _KINDS[codes]


def _kind(code: int) -> int:
    sign = chr(code)
    category = unicodedata.category(sign)
    if code in SPEAKERS:
        return _SINGLE
    if code in _VARIATIONS:
        return _BETWEEN
    if category[0] in "LM":
        return _SINGLE if category == "Lo" and _is_unspaced(code) else _LETTER
    if category[0] == "N":
        return _DIGIT
    return _SINGLE if (category[0] == "S" and category != "Sk") or sign in _MEANT else _BETWEEN


def _is_unspaced(code: int) -> bool:
    """Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar, whose words are not parted by spaces."""
    return (
        0x0E00 <= code < 0x0F00
        or 0x1000 <= code < 0x10A0
        or 0x1780 <= code < 0x1800
        or 0x3040 <= code < 0x3100
        or 0x3400 <= code < 0xA000
        or 0xF900 <= code < 0xFB00
        or 0x20000 <= code < 0x32000
    )
