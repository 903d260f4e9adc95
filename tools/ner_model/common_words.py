"""Writes the everyday words of counselling: ``curation/pii/common_words.txt``.

    python -m tools.ner_model.common_words ../shared/data/sources

Words that stand in lower case at least eight times in two sets of written-out counselling (kurtis and MentalChat16K, MIT).
A name that is such a word is only masked where it has a capital or something else speaks for it.
"""

import collections
import re
import sys
from pathlib import Path

from tools.ner_model.data import _texts

LEAST = 8


def main(sources: Path) -> None:
    counts: collections.Counter[str] = collections.Counter()
    for file in [sources / "kurtis" / "kurtis.txt", *sorted((sources / "mentalchat16k").glob("*.jsonl"))]:
        for text in _texts(file):
            counts.update(re.findall(r"(?<![\w'’])[a-z]{2,}(?!\w)", text))
    words = sorted(word for word, count in counts.items() if count >= LEAST)
    Path("curation/pii/common_words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
