"""One surrogate for each value of an item, chosen with the workspace's key.

Within an item a value has one surrogate, in whatever case it is written; across items nothing links the two that stand for
one name. Numbers, addresses and names of the internet are such as are given to nobody: ``example.org``, TEST-NET, the
555 numbers of North America, the drama numbers of Ofcom, social security numbers of area 000.
"""

import re

from curation.pii.keep import key as plain_key
from curation.pii.surrogates.choice import Choice
from curation.pii.surrogates.dates import shifted
from curation.pii.surrogates.names import person
from curation.pii.surrogates.places import location, organisation

_POSSESSIVE = re.compile(r"['’]s$")
_HANDLES = (
    "blueheron",
    "quietriver",
    "papermoon",
    "northwind",
    "oldmaple",
    "greylantern",
    "stillwater",
    "wildthyme",
    "slowtrain",
    "redkite",
)
OLDEST = "90"
"""All ages from here on are one."""


class Surrogates:
    """The surrogates of one item.

    Args:
        key: The workspace's secret.
        item: The item's id.
    """

    def __init__(self, key: bytes, item: str) -> None:
        self.choice = Choice(key, item)

    def of(self, label: str, value: str) -> str:
        """What stands in the place of ``value``."""
        if label == "PERSON":
            ending = _POSSESSIVE.search(value)
            return person(_POSSESSIVE.sub("", value), self.choice) + (ending.group() if ending else "")
        if label == "LOCATION":
            return location(value, self.choice)
        if label == "ORG":
            return organisation(value, self.choice)
        if label == "DATE":
            return shifted(value, self.choice)
        if label == "AGE":
            return re.sub(r"\d+", OLDEST, value)
        return self._account(label, value)

    def _account(self, label: str, value: str) -> str:
        number = self.choice.number(label, plain_key(value), 9000) + 1000
        if label == "PHONE":
            return _phone(value, number, self.choice)
        if label == "EMAIL":
            return f"{self.choice.one('handle', plain_key(value), _HANDLES, value)}{number}@example.org"
        if label == "URL":
            return f"https://www.example.org/{number}"
        if label == "IP":
            return f"192.0.2.{number % 254 + 1}"
        if label == "SSN":
            return f"000-{number % 90 + 10}-{number}"
        if label == "USERNAME":
            sign = "@" if value.startswith("@") else ""
            return f"{sign}{self.choice.one('handle', plain_key(value), _HANDLES, value)}{number}"
        return self.choice.digits("id", value)


def _phone(value: str, number: int, choice: Choice) -> str:
    """A number that nobody has, written like ``value`` where that is a North American or a British one."""
    digits = [place for place, character in enumerate(value) if character.isdigit()]
    last = number % 100
    if len(digits) in (10, 11):
        mobile = "".join(value[place] for place in digits[:2]) == "07"
        new = "7700900" if mobile else "4960" if value[digits[0]] == "0" else "55501"
        new += f"{last:02}" if new == "55501" else f"{number % 1000:03}"
        shown = list(value)
        for place, digit in zip(digits[-len(new) :], new, strict=True):
            shown[place] = digit
        return "".join(shown)
    return f"555-01{last:02}" if len(digits) < 10 else choice.digits("phone", value)
