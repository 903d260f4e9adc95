"""Whether two similar texts say the same: only if the words that differ are typing errors.

Similarity alone cannot tell: "what is schizoid personality disorder" and "what is borderline personality disorder" are
similar, and one word is the whole difference. So a near-duplicate must be similar and may differ in misspelt words
alone. That leaves some true copies in; it does not destroy a text that says something of its own.
"""

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Opcodes

SHORTEST_MISSPELT = 5
"""Letters of the shortest word whose one-letter variant counts as misspelt: shorter words are one letter apart."""


def similarity(first: list[str], second: list[str]) -> float:
    """How alike two texts are, 0 to 100: the ratio of rapidfuzz over their words joined by spaces."""
    return float(fuzz.ratio(" ".join(first), " ".join(second)))


def differ_by_typos_only(first: list[str], second: list[str]) -> bool:
    """Whether the words of two texts stand in the same order and differ, where they do, by a typing error."""
    from rapidfuzz.distance import Levenshtein

    if len(first) != len(second):
        return False
    changes: Opcodes = Levenshtein.opcodes(first, second)
    for change in changes:
        if change.tag == "equal":
            continue
        if change.tag != "replace":
            return False
        before, after = first[change.src_start : change.src_end], second[change.dest_start : change.dest_end]
        if not all(map(is_misspelling, before, after)):
            return False
    return True


def is_misspelling(first: str, second: str) -> bool:
    """Whether two words differ by one letter added, dropped, changed, or swapped with its neighbour.

    Numbers never do, nor do words whose first letters differ: people mistype the first letter least, and words such as
    ``increase`` and ``decrease`` part there.
    """
    return (
        min(len(first), len(second)) >= SHORTEST_MISSPELT
        and first.isalpha()
        and second.isalpha()
        and first[0] == second[0]
        and OSA.distance(first, second, score_cutoff=1) <= 1
    )
