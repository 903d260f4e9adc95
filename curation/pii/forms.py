"""Numbers that are personal by their form in any language, where Presidio wants a valid number of a known region.

A telephone number with a wrong area code, an extension, or of another country is no less someone's number; and a run
of twelve digits and more is an account, a card or a file, whatever its check digit says.
"""

import re

from curation.pii.glance import glance
from curation.pii.spans import Span, matched

_NORTH_AMERICAN = re.compile(
    r"(?<![\d.-])(?:(?:\+|00)?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?: ?(?:x|ext\.?) ?\d{1,6})?(?![\d-])"
)
_INTERNATIONAL = re.compile(
    r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}[-. ]?(?:\(0\)[-. ]?)?(?:\(?\d{1,5}\)?[-. ]?){2,5}\d{2,5}(?:x\d{1,6})?(?!\d)"
)
_CHINESE_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_ANNOUNCED = re.compile(
    r"\b(?:call|text|ring|phone|tel|telephone|mobile|cell|fax|whatsapp|reach|contact|number|answering|answers?)\b"
    r"(?![^\d\n]{0,25}\b(?:score|order|page|case|record|isbn)\b)"
    r"[^\d\n.!?;]{0,25}?(?<![$£€\d])(\(?\+?\d(?:[-. ()/]{0,3}\d){6,14})(?!\d)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?<![\w.,$£€-])(\(?\+?\d(?:[-. ()]{0,2}\d){5,13}(?:x\d{1,6})?)(?=[ -]{1,3}(?:office|fax|mobile|cell|desk)\b)"
    r"|\b(?:phone|tel|telephone|mobile|cell|fax|desk)\b(?: (?:number|no\.?))?:\s{0,3}(\(?\+?\d(?:[-. ()]{0,2}\d){5,13})(?!\d)"
    r"|\b(?:messages|texts|calls) (?:to|from|on) (\(?\+?\d(?:[-. ()]{0,2}\d){6,13})(?!\d)",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?<![\w.,$£€/-])(?=(?:\d ?-?){8,13}(?![\d -]))\d{2,4}(?:[ -]\d{2,4}){3,5}(?![\w/-]|[.,]\d)")
_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?=[a-z0-9]*\d{6})[a-z0-9]{11,30}(?!\w)", re.IGNORECASE)
_LONG = re.compile(r"(?<![\w.])(?=(?:\d[- ]?){12,19}(?!\d))\d{3,}(?:[- ]\d{3,})*(?!\w|\.\d)")

_FORMS = (
    ("north-american-phone", "PHONE", _NORTH_AMERICAN, 0.6),
    ("international-phone", "PHONE", _INTERNATIONAL, 0.6),
    ("chinese-mobile-phone", "PHONE", _CHINESE_MOBILE, 0.6),
    ("announced-phone", "PHONE", _ANNOUNCED, 0.5),
    ("named-phone", "PHONE", _NAMED, 0.6),
    ("grouped-phone", "PHONE", _GROUPED, 0.45),
    ("long-number", "ID", _LONG, 0.5),
    ("iban", "ID", _IBAN, 0.6),
)
_SIX_DIGITS = re.compile(r"\d(?:\D{0,4}\d){5}")


def find(text: str) -> list[Span]:
    """What has such a form in ``text``; spans may overlap."""
    if not glance(text).digit or not _SIX_DIGITS.search(text):
        return []
    return [
        span for name, label, pattern, score in _FORMS for span in matched(pattern, text, label, f"form:{name}", score)
    ]
