"""Characters to plain lower-case letters: accents, look-alikes, full width and invisible characters, with a way back.

Look-alikes are those of Latin letters in Unicode's confusables (Unicode Technical Standard 39) that people use to get
past word filters: Cyrillic and Greek letters, small capitals, letters in circles and squares.
"""

import unicodedata
from typing import NamedTuple

_LOOK_ALIKES = {
    **{"а": "a", "в": "b", "е": "e", "ё": "e", "і": "i", "ї": "i", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "o"},
    **{"р": "p", "с": "c", "ԁ": "d", "т": "t", "у": "y", "х": "x", "ѕ": "s", "һ": "h", "ԝ": "w", "ӏ": "l", "ԛ": "q"},
    **{"α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u"},
    **{"χ": "x", "γ": "y", "ω": "w", "σ": "o", "ϲ": "c", "ϳ": "j", "μ": "u"},
    **{"ı": "i", "ȷ": "j", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ʟ": "l", "ʀ": "r", "ꜱ": "s", "ᴀ": "a", "ʙ": "b", "ᴄ": "c"},
    **{"ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k", "ᴍ": "m", "ɴ": "n", "ᴏ": "o"},
    **{"ᴘ": "p", "ǫ": "q", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z", "ł": "l", "ø": "o", "đ": "d"},
    **{"’": "'", "‘": "'", "´": "'", "`": "'", "ʼ": "'", "＇": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'},
    **{"–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": ".", "。": ".", "！": "!", "？": "?", "，": ","},
    **{"\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\x0b": "\n", "\x0c": "\n"},
}


class Folded(NamedTuple):
    """A text in plain letters, and where each of its characters stands in the text that it was made from."""

    text: str
    places: list[int] | None
    """One place a character, and one for the end; None where both texts have the same places."""

    def place(self, at: int) -> int:
        """The place in the original text of the character ``at``."""
        return at if self.places is None else self.places[at]

    def end(self, at: int) -> int:
        """The place in the original text behind the character before ``at``."""
        return at if self.places is None else self.places[at - 1] + 1


def fold(text: str) -> Folded:
    """``text`` in lower case, without accents and invisible characters, look-alikes as the letters they look like."""
    if text.isascii():
        return Folded(text.lower().replace("\r", " "), None)
    plain = text.translate(_PLAIN)
    if len(plain) == len(text) and all(len(_PLAIN[ord(character)]) == 1 for character in set(text)):
        return Folded(plain, None)
    places: list[int] = []
    for place, character in enumerate(text):
        places += [place] * len(_PLAIN[ord(character)])
    places.append(len(text))
    return Folded(plain, places)


class _Plain(dict[int, str]):
    """Code points -> what is read in their place; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _plain(chr(code))
        return found


_PLAIN = _Plain()


def _plain(character: str) -> str:
    if character.isascii():
        return " " if character == "\r" else character.lower()
    if character.casefold() in _LOOK_ALIKES:
        return _LOOK_ALIKES[character.casefold()]
    if 0x1F130 <= ord(character) <= 0x1F189:  # letters in squares and circles, which have no decomposition
        return chr(ord("a") + (ord(character) - 0x1F130) % 32) if (ord(character) - 0x1F130) % 32 < 26 else character
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return ""
    parts = unicodedata.normalize("NFKD", character)
    if parts == character:
        return character.lower() if len(character.lower()) == 1 else character
    return "".join(_plain(part) for part in parts)
