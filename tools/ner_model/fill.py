"""Fills the templates: sentences with the places of their names, drawn with a seeded generator."""

import random
import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from faker import Faker

from tools.ner_model import names, slots

T = TypeVar("T")

SLOT = re.compile(r"\{(\w+)\}")
PERSON, LOCATION, ORG = "PERSON", "LOCATION", "ORG"
HERE = Path(__file__).parent


class Example(NamedTuple):
    """A text and its spans (start, end, label)."""

    text: str
    spans: list[tuple[int, int, str]]
    whole: bool = True
    """Whether the gazetteer may be looked at: templates draw from it, so some must do without."""


@cache
def templates(name: str) -> list[str]:
    """The templates of a file, without its comments."""
    lines = (HERE / f"{name}_templates.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("#")]


class Filler:
    """Draws values for the slots of templates.

    Args:
        seed: The same seed gives the same sentences.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        Faker.seed(seed)
        self.fakers = [Faker(locale) for locale in slots.ADDRESS_LOCALES]
        self.english = [*names.given(names.ENGLISH, "male"), *names.given(names.ENGLISH, "female")]
        self.foreign = [*names.given(names.OTHERS, "male"), *names.given(names.OTHERS, "female")]
        self.extra = names.extra_given()
        self.english_families = names.families(("en_US", "en_GB", "en_NZ"))
        self.foreign_families = names.families(names.OTHERS)
        self.extra_families = names.extra_families()
        self.cities, self.large, self.regions = names.places()
        self.draw: dict[str, tuple[Callable[[], str], str | None]] = {
            "F": (self.given, PERSON),
            "L": (self.family, PERSON),
            "N": (self.full, PERSON),
            "K": (self.nickname, PERSON),
            "W": (lambda: self._one(names.WORD_NAMES.split()), PERSON),
            "C": (self.city, LOCATION),
            "R": (lambda: self._one(self.regions if self._chance(0.6) else slots.REGIONS), LOCATION),
            "A": (self.address, LOCATION),
            "street": (self.street, LOCATION),
            "S": (self.school, ORG),
            "E": (self.employer, ORG),
            "H": (self.clinic, ORG),
            "handle": (lambda: self.given().lower() + str(self.random.randrange(100)), None),
            "num": (lambda: str(self.random.randrange(2, 60)), None),
            "age": (lambda: str(self.random.randrange(13, 80)), None),
            "Dr": (lambda: self._one(("Dr.", "Dr", "Doctor", "Prof.", "Mr.", "Mrs.", "Ms.", "Miss")), None),
            **{name: (partial(self._one, values), None) for name, values in slots.PLAIN.items()},
        }

    def fill(self, template: str) -> Example:
        """The template with values in its slots."""
        parts: list[str] = []
        spans: list[tuple[int, int, str]] = []
        length = done = 0
        for match in SLOT.finditer(template):
            before = template[done : match.start()]
            value, label = self.draw[match.group(1)][0](), self.draw[match.group(1)][1]
            parts += [before, value]
            length += len(before)
            if label:
                spans.append((length, length + len(value), label))
            length += len(value)
            done = match.end()
        parts.append(template[done:])
        return Example("".join(parts), spans)

    def given(self) -> str:
        draw = self.random.random()
        if draw < 0.05:
            return self._one(names.WORD_NAMES.split())
        return self._one(self.english if draw < 0.5 else self.extra if draw < 0.7 else self.foreign)

    def nickname(self) -> str:
        """A nickname of the list, or the beginning of a name."""
        if self._chance(0.5):
            return self._one(names.NICKNAMES.split())
        name = self.given()
        return name[: self.random.choice((3, 3, 4))] + self._one(("", "", "", "y", "ie", "s"))

    def family(self) -> str:
        draw = self.random.random()
        if draw < 0.08:
            return self._one(names.SURNAME_WORDS.split())
        return self._one(
            self.english_families if draw < 0.45 else self.extra_families if draw < 0.65 else self.foreign_families
        )

    def full(self) -> str:
        draw = self.random.random()
        if draw < 0.12:
            return self.given()
        if draw < 0.2:
            return f"{self.given()} {self._one(tuple('ABCDEFGHJKLMNPRSTVW'))}{self._one(('.', ''))} {self.family()}"
        if draw < 0.24:
            return f"{self.given()} {self.family()}-{self.family()}"
        if draw < 0.27:
            return f"{self.given()} {self.given()} {self.family()}"
        if draw < 0.29:
            return f"{self.given()[0]}. {self.family()}"
        return f"{self.given()} {self.family()}"

    def city(self) -> str:
        draw = self.random.random()
        if draw < 0.35:
            return self._one(slots.TOWNS)
        return self._one(self.large if draw < 0.75 else self.cities)

    def street(self) -> str:
        if self._chance(0.25):
            return str(self._one(self.fakers).street_name()).replace("\n", " ")
        return f"{self._one((self.family(), self._one(slots.STREETS)))} {self._one(slots.STREET_KINDS)}"

    def address(self) -> str:
        if self._chance(0.3):
            address: str = self._one(self.fakers).address()
            return address if self._chance(0.5) else address.replace("\n", ", ")
        if self._chance(0.05):
            return f"{self._one(('P.O. Box', 'PO Box', 'Box'))} {self.random.randrange(10, 9999)}"
        if self._chance(0.05):
            unit = f"Unit {self.random.randrange(1000, 9999)} Box {self.random.randrange(1000, 9999)}"
            return f"{unit}{self._one((chr(10), ', '))}{self._one(('APO', 'FPO', 'DPO'))} {self._one(('AE', 'AA', 'AP'))} {self.random.randrange(9000, 99999):05}"
        number = str(self.random.randrange(1, 9999))
        street = f"{number} {self.street()}" if self._chance(0.75) else f"{self.street()} {number}"
        if self._chance(0.4):
            street += (
                self._one((" ", ", "))
                + self._one(("Apt. ", "Apt ", "Suite ", "Unit ", "Flat ", "#"))
                + str(self.random.randrange(1, 999))
            )
        if self._chance(0.2):
            return street
        zip_code = self._one((f"{self.random.randrange(1000, 99999):05}", self._one(slots.POSTCODES), ""))
        region = self._one((self._one(slots.STATES), self._one(self.regions), ""))
        break_ = self._one((", ", "\n", ", ", "\n ", "\n, "))
        return (
            street
            + break_
            + self.city()
            + (self._one((", ", " ")) + region if region else "")
            + (self._one((" ", ", ")) + zip_code if zip_code else "")
        ).strip()

    def school(self) -> str:
        bases: list[Callable[[], str]] = [self.city, self.family, self.full, lambda: self._one(slots.SCHOOL_NAMES)]
        base = self._one(bases)()
        if self._chance(0.15):
            return self._one(slots.UNIVERSITIES)
        return f"{base} {self._one(slots.SCHOOL_KINDS)}"

    def employer(self) -> str:
        draw = self.random.random()
        if draw < 0.35:
            return self._one(slots.BRANDS)
        if draw < 0.5:
            if self._chance(0.3):
                return f"{self.family()}, {self.family()} {self._one(('and', '&'))} {self.family()}"
            return f"{self.family()}{self._one((' and ', ' & ', '-', ', '))}{self.family()}"
        if draw < 0.58:
            return str(self._one(self.fakers).company())
        if draw < 0.75:
            made = "".join(self._one(slots.SYLLABLES) for _ in range(self.random.choice((2, 3)))).capitalize()
            return made if self._chance(0.6) else f"{made} {self._one((*slots.COMPANY_KINDS, *slots.COMPANY_WORDS))}"
        if draw < 0.85:
            words = self.random.sample(slots.COMPANY_NOUNS, self.random.choice((2, 2, 2, 3)))
            return " ".join(words)
        bases: list[Callable[[], str]] = [self.family, self.city, lambda: self._one(slots.COMPANY_WORDS)]
        base = self._one(bases)()
        return f"{base} {self._one(slots.COMPANY_KINDS)}"

    def clinic(self) -> str:
        base = self._one((self.city, lambda: self._one(slots.CLINIC_NAMES), self.family))()
        return f"{base} {self._one(slots.CLINIC_KINDS)}"

    def _one(self, values: Sequence[T]) -> T:
        return self.random.choice(values)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share
