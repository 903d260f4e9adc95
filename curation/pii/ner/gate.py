"""Which sentences the name model need not read: those whose words are everyday words, written as such.

``docs/personal-data.md`` has what passing over them costs in names and saves in time.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from curation.pii.ner.features import GIVEN, SHAPES, Word
from curation.pii.words import is_common, is_word

_CAPITAL = frozenset(map(SHAPES.index, ("title", "upper", "mixed")))
_FIRST, _LOWER, _UNCASED, _LETTER = map(SHAPES.index, ("first", "lower", "uncased", "letter"))


def may_hold_a_name(text: str, of_text: Sequence[Word], owner: npt.NDArray[np.int64]) -> bool:
    """Whether a sentence has a word that could be one.

    A capital inside a sentence counts, also that of an initial, and so does a word that is no everyday word. A first word that is a given name counts,
    and, in a sentence that begins in lower case, whose writer may use no capitals, any given name.

    Args:
        text: The whole text.
        of_text: Its words.
        owner: Of each piece of the sentence, the place of its word, or -1.
    """
    places = [place for place in dict.fromkeys(owner.tolist()) if place >= 0]
    if not places:
        return False
    careless = text[of_text[places[0]].start].islower()
    for place in places:
        start, end, shape, known = of_text[place]
        if shape in _CAPITAL or (shape == _LETTER and text[start] not in "IAXO"):
            return True
        if shape == _FIRST:
            if known & GIVEN or not _is_everyday(text[start:end]):
                return True
        elif shape not in (_LOWER, _UNCASED):
            continue
        elif (careless and known & GIVEN) or (end - start > 2 and not _is_everyday(text[start:end])):
            return True
    return False


def _is_everyday(word: str) -> bool:
    return is_common(word) or is_word(word)
