"""Rule ``mojibake``: text that was decoded, escaped or transported wrongly (``donâ€™t``, ``&amp;``, ``\\r\\n``).

Scraped text has often been decoded with the wrong codec, escaped once too often, or decomposed by a file system. A
tokenizer then sees rare byte sequences where the author typed an apostrophe. The repair is ftfy's; what ftfy would
change for taste alone is switched off: curly quotes and full-width forms are the author's own.
"""

import re
import unicodedata

import ftfy
from ftfy.fixes import unescape_html

from curation.cleaning.html_tags import is_html
from curation.cleaning.plain import is_plain

_CONFIG = ftfy.TextFixerConfig(
    unescape_html=False,  # done here: ftfy stops at any "<", so that "<3 &amp; hugs" would keep its entity
    uncurl_quotes=False,
    fix_character_width=False,
    normalization="NFC",
    explain=False,
)
_NEVER_IN_PLAIN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,24};")
_ESCAPED_AGAIN = re.compile(r"&(?:amp;)+(?=#?[0-9A-Za-z]{1,24};)")


def mojibake(text: str) -> str:
    """``text`` with its encoding, control characters, line breaks, normal form and, outside HTML, entities repaired."""
    if not is_plain(text) and (not text.isascii() or _NEVER_IN_PLAIN_TEXT.search(text)):
        text = ftfy.fix_text(text, _CONFIG)
        text = unicodedata.normalize("NFC", text)  # ftfy works by line, and a line can begin with a combining mark
    if "&" in text and _ENTITY.search(text) and not is_html(text):
        text = unescape(text)
    return text


def unescape(text: str) -> str:
    """``text`` with its HTML entities resolved, however often they were escaped. What is no known entity stays."""
    while "&" in text:
        resolved = unescape_html(_ESCAPED_AGAIN.sub("&", text))
        if resolved == text:
            break
        text = resolved
    return text
