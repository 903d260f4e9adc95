"""Writes the names that surrogates are drawn from: ``curation/pii/surrogates/names.txt``.

    python -m tools.ner_model.surrogate_names

A line is ``name<TAB>kind<TAB>group``: kind ``f``, ``m`` (given names) or ``l`` (family names), group a naming tradition. A name in
several groups stands with the first of them.
"""

from pathlib import Path

from curation.pii.ner.features import plain
from tools.ner_model import names

GROUPS = {
    "english": ("en_US", "en_GB", "en_IE"),
    "south-asian": ("en_IN", "en_PK"),
    "hispanic": ("es_MX", "es_CO", "es_ES"),
    "portuguese": ("pt_BR", "pt_PT"),
    "french": ("fr_FR",),
    "german": ("de_DE", "de_AT"),
    "italian": ("it_IT",),
    "dutch": ("nl_NL",),
    "nordic": ("sv_SE", "no_NO", "da_DK", "fi_FI"),
    "slavic": ("pl_PL", "cs_CZ", "hr_HR", "sk_SK", "sl_SI"),
    "turkic": ("tr_TR", "az_AZ", "uz_UZ"),
    "west-african": ("yo_NG", "ig_NG", "ha_NG", "tw_GH"),
    "east-african": ("sw", "en_KE"),
    "southern-african": ("zu_ZA",),
    "indonesian": ("id_ID",),
    "hungarian": ("hu_HU",),
    "romanian": ("ro_RO",),
}


def main() -> None:
    lines: dict[tuple[str, str], str] = {}
    words = set(names.WORD_NAMES.split())
    for group, locales in GROUPS.items():
        for kind, found in (
            ("f", names.given(locales, "female")),
            ("m", names.given(locales, "male")),
            ("l", names.families(locales)),
        ):
            for name in found:
                if " " not in name and len(name) > 2 and name.isalpha() and name not in words:
                    lines.setdefault((plain(name), kind), f"{name}\t{kind}\t{group}\n")
    for group, (female, male, family) in _extra().items():
        for kind, found in (("f", female), ("m", male), ("l", family)):
            for name in found:
                lines[plain(name), kind] = f"{name}\t{kind}\t{group}\n"
    Path("curation/pii/surrogates/names.txt").write_text("".join(sorted(lines.values())), encoding="utf-8")


def _extra() -> dict[str, tuple[list[str], list[str], list[str]]]:
    """The hand-written lists of ``names.py`` stand in order of their traditions: Arabic and Persian first, then East Asian."""
    female, male, family = names.FEMALE.split(), names.MALE.split(), names.FAMILY.split()
    return {
        "arabic": (
            female[: female.index("Mei")],
            male[: male.index("Wei")],
            family[family.index("Al-Sayed") : family.index("Ivanov")],
        ),
        "east-asian": (
            female[female.index("Mei") : female.index("Priya")],
            male[male.index("Wei") : male.index("Rajesh")],
            family[: family.index("Al-Sayed")],
        ),
    }


if __name__ == "__main__":
    main()
