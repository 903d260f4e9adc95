"""Which of Presidio's recognizers are used, for which regions, and which label each one gives.

Chosen are those that need no model and decide by form and check digit: what they find in a counselling text is what
they say it is. Left out, with the reason:

- dates: nearly all of them in counselling are no one's birthday; ``curation.pii.cues`` finds those that are;
- driving licences, bank accounts and Australian company numbers: any six to nine digits would do;
- post codes: alone they name a district, and the patterns take abbreviations for them;
- MAC addresses and UUIDs: they name a device or a record of a log, neither of which people write about.
"""

from functools import cache

import phonenumbers
import tldextract
from presidio_analyzer import EntityRecognizer, Pattern
from presidio_analyzer import predefined_recognizers as presidio

LABEL_OF = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "URL": "URL",
    "IP_ADDRESS": "IP",
    "US_SSN": "SSN",
    "US_ITIN": "SSN",
    "CA_SIN": "SSN",
    "UK_NINO": "SSN",
    "AU_TFN": "SSN",
    "IN_AADHAAR": "SSN",
    "CREDIT_CARD": "ID",
    "IBAN_CODE": "ID",
    "CRYPTO": "ID",
    "US_PASSPORT": "ID",
    "MEDICAL_LICENSE": "ID",
    "UK_NHS": "ID",
    "AU_MEDICARE": "ID",
    "IN_PAN": "ID",
}
"""Presidio's entities -> our labels. National insurance and tax numbers of all countries are ``SSN``."""

_OF_REGION: dict[str, tuple[type[EntityRecognizer], ...]] = {
    "US": (
        presidio.UsSsnRecognizer,
        presidio.UsItinRecognizer,
        presidio.UsPassportRecognizer,
        presidio.MedicalLicenseRecognizer,
    ),
    "GB": (presidio.NhsRecognizer, presidio.UkNinoRecognizer),
    "CA": (presidio.CaSinRecognizer,),
    "AU": (presidio.AuTfnRecognizer, presidio.AuMedicareRecognizer),
    "IN": (presidio.InAadhaarRecognizer, presidio.InPanRecognizer),
}

_INNER = r"[^\s<>\"'()\[\]{}]"
_PATH = rf"(?:[/?#](?:{_INNER}*[^\s<>\"'()\[\]{{}}.,;:!?])?)?"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NEXT_SENTENCE = r"(?!(?:com|org|net|edu|gov|ca|uk|au)\.(?-i:[A-Z]))"
_HOST = rf"(?:{_NEXT_SENTENCE}{_LABEL}\.){{1,8}}[a-z]{{2,24}}"
_COMMON_ENDINGS = (
    r"(?:com|org|net|edu|gov|info|biz|io|app|blog|uk|ca|ie|de|fr|eu|(?:com|org|net|edu|gov)\.au|(?:co|org)\.nz|co\.in)"
)
_SHORTENERS = r"(?:about|linktr|t|bit|goo|youtu|amzn|fb|wa|discord)\.(?:me|ee|co|ly|gl|be|to|gg)/[\w-]+"

URL_PATTERNS = [
    Pattern("with scheme or www", rf"(?:https?://(?:www\d{{0,3}}\.)?|\bwww\d{{0,3}}\.){_HOST}(?::\d+)?{_PATH}", 0.9),
    Pattern(
        "bare domain", rf"(?<![\w@.-])(?:{_NEXT_SENTENCE}{_LABEL}\.){{1,8}}{_COMMON_ENDINGS}(?![\w@-]){_PATH}", 0.6
    ),
    Pattern("shortened", rf"(?<![\w@.-]){_SHORTENERS}", 0.6),
]
"""In place of Presidio's own, which take the end of one sentence and the first word of the next for a domain where
the space between them was lost (``alone.In``, ``home.My``)."""


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list that ``tldextract`` was shipped with. Its default fetches the latest."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class _OfflineEmail(presidio.EmailRecognizer):  # type: ignore[misc]
    """Presidio's recognizer, with the suffix list from disk."""

    def validate_result(self, pattern_text: str) -> bool:
        return bool(_suffixes()(pattern_text).fqdn)


def build(regions: tuple[str, ...]) -> list[EntityRecognizer]:
    """Recognizers for the given regions (ISO 3166 codes) and for what has none."""
    plain: list[EntityRecognizer] = [
        _OfflineEmail(name="EmailRecognizer"),
        presidio.UrlRecognizer(patterns=URL_PATTERNS),
        presidio.IpRecognizer(),
        presidio.CreditCardRecognizer(),
        presidio.IbanRecognizer(),
        presidio.CryptoRecognizer(),
    ]
    if regions:
        plain.append(presidio.PhoneRecognizer(supported_regions=_one_of_a_plan(regions)))
    national = [recognizer() for region in regions for recognizer in _OF_REGION.get(region, ())]
    return plain + national


def _one_of_a_plan(regions: tuple[str, ...]) -> tuple[str, ...]:
    """One region for each numbering plan: what is a number in the United States is one in Canada."""
    plans: dict[int, str] = {}
    for region in regions:
        plans.setdefault(phonenumbers.country_code_for_region(region), region)
    return tuple(plans.values())
