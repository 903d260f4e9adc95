"""Rules ``placeholder_tokens`` and ``comma_placeholder``: what programs left in a text in place of its own signs."""

import re

_WHOLE_TEXT = re.compile(
    r"\s*(?:\[ ?(?:removed|deleted)(?: by (?:reddit|user|moderator))? ?\]|nan|NaN|NULL|null|undefined|#N/A|<NA>"
    r"|#REF!|#VALUE!|#NAME\?)\s*"
)
_ESCAPE = re.compile(r"(?<!\\)\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))", re.IGNORECASE)
_LINE_ESCAPE = re.compile(r"(?<![\\:])(?:\\r)?\\n(?=\\|\s|[A-Z\"'“‘(*-]|\d+[.)]|$)(?![A-Z]\w*\\)")
_COMMA = re.compile(r"_comma_(?=([^\W\d_])?)")


def placeholder_tokens(text: str) -> str:
    """``text`` with escapes that were spelled out (``\\\\n``, ``\\\\xa0``) resolved; empty if it says only "no text".

    Exports of forums and tables put ``[removed]``, ``nan`` or ``#N/A`` where a text was. Only as the whole text are
    they dropped: inside one, "[removed]" may be somebody's pseudonym, and "None" or "n/a" is an answer.
    """
    if _WHOLE_TEXT.fullmatch(text):
        return ""
    if "\\" in text:
        text = _LINE_ESCAPE.sub("\n", _ESCAPE.sub(_character, text))
    return text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    character = chr(code)
    # Below 0xa0 are controls and ASCII, which nobody escapes in prose; surrogates need their other half.
    return character if code >= 0xA0 and not 0xD800 <= code <= 0xDFFF else escape[0]


def comma_placeholder(text: str) -> str:
    """``text`` with ``_comma_`` as commas: EmpatheticDialogues writes them so, since its files are split at commas."""
    return _COMMA.sub(lambda comma: ", " if comma[1] else ",", text) if "_comma_" in text else text
