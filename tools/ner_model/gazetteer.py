"""Writes the gazetteer that the name model looks words up in: ``curation/pii/ner/gazetteer.txt``."""

from pathlib import Path

from curation.pii.ner.features import FAMILY, GIVEN, LONGEST_PLACE, PLACE, plain
from tools.ner_model import names


def main() -> None:
    known: dict[str, int] = {}
    locales = names.ENGLISH + names.OTHERS
    people = [name for gender in ("male", "female") for name in names.given(locales, gender)]
    for name in [*people, *names.extra_given(), *names.NICKNAMES.split(), *names.WORD_NAMES.split()]:
        for part in _parts(name):
            known[part] = known.get(part, 0) | GIVEN
    for name in [*names.families(locales), *names.extra_families()]:
        for part in _parts(name):
            known[part] = known.get(part, 0) | FAMILY
    cities, _, regions = names.places()
    for name in [*cities, *regions]:
        parts = _parts(name, least=1)
        if 0 < len(parts) <= LONGEST_PLACE and len(parts[0]) > 1:
            joined = " ".join(parts)
            known[joined] = known.get(joined, 0) | PLACE
    lines = "".join(f"{name}\t{bits}\n" for name, bits in sorted(known.items()))
    Path("curation/pii/ner/gazetteer.txt").write_text(lines, encoding="utf-8")


def _parts(name: str, least: int = 3) -> list[str]:
    joined = "".join(character if character.isalnum() else " " for character in plain(name))
    return [part for part in joined.split() if len(part) >= least]


if __name__ == "__main__":
    main()
