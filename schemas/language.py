"""Whether a text is written in the script of the language that it is said to be in.

Which script a language is written in is from Unicode CLDR's likely subtags. The check is one of script alone: it finds
a Chinese answer in an English source and mangled encodings, and does not tell English from German.
"""

import re
from functools import cache

_SCRIPTS = {
    "Latn": r"A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
    "Hans": r"\u3400-\u9fff\U00020000-\U0003ffff",
    "Cyrl": r"\u0400-\u052f",
    "Arab": r"\u0600-\u06ff\u0750-\u077f",
    "Deva": r"\u0900-\u097f",
    "Jpan": r"\u3040-\u30ff\u3400-\u9fff",
    "Kore": r"\uac00-\ud7af\u1100-\u11ff",
    "Grek": r"\u0370-\u03ff\u1f00-\u1fff",
    "Hebr": r"\u0590-\u05ff",
    "Beng": r"\u0980-\u09ff",
    "Taml": r"\u0b80-\u0bff",
    "Telu": r"\u0c00-\u0c7f",
}
_LANGUAGES = {
    "Latn": "af ca cs da de en es et eu fi fr ga gl hr hu id is it lt lv ms mt nl no pl pt ro sk sl sq sv sw tl tr vi",
    "Hans": "zh",
    "Cyrl": "bg mk ru uk",
    "Arab": "ar fa ur",
    "Deva": "hi mr ne",
    "Jpan": "ja",
    "Kore": "ko",
    "Grek": "el",
    "Hebr": "he",
    "Beng": "bn",
    "Taml": "ta",
    "Telu": "te",
}
_SCRIPT_OF = {language: script for script, languages in _LANGUAGES.items() for language in languages.split()}
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[A-Za-z]{3}){0,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
    r"(?:-[A-WYZa-wyz0-9](?:-[A-Za-z0-9]{2,8})+)*(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?"
)
"""Language, script, region, variants, extensions, private use (RFC 5646, section 2.1); the language in lower case."""

_LETTER = re.compile(r"[^\W\d_]")
_IN_SCRIPT = {script: re.compile(f"[{ranges}]") for script, ranges in _SCRIPTS.items()}

MEND = (
    "Use the BCP 47 tag of a language, in lower case, such as en, en-GB or zh. "
    f"Known are {' '.join(sorted(_SCRIPT_OF))}."
)

SAMPLE_CHARS = 4_000
"""How much of a text is looked at, in characters."""


@cache
def is_supported(language: str) -> bool:
    """Whether ``language`` is a well-formed BCP 47 tag, and the script of its primary subtag is known here."""
    return _TAG.fullmatch(language) is not None and language.split("-")[0] in _SCRIPT_OF


def looks_like(text: str, language: str) -> bool:
    """Whether at least half of the letters of ``text`` are of the script of ``language``.

    A text without letters passes: it says nothing about its language.
    """
    sample, script = text[:SAMPLE_CHARS], _SCRIPT_OF[language.split("-")[0]]
    if script == "Latn" and sample.isascii():
        return True  # every letter of it is Latin
    letters = len(_LETTER.findall(sample))
    fitting = len(_IN_SCRIPT[script].findall(sample))
    return 2 * fitting >= letters
