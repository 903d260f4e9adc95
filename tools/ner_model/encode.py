"""Texts as numbers: pieces, features and labels, cut into windows exactly as in use."""

import random
from typing import NamedTuple

from tokenizers import Tokenizer

from curation.pii.ner.features import words
from curation.pii.ner.finder import CLASSES
from curation.pii.ner.windows import WINDOW, windows
from tools.ner_model.completed import UNSURE
from tools.ner_model.fill import Example

IGNORED = -100


class Window(NamedTuple):
    """A window of one text; all lists have the length of its pieces, the two special ones among them."""

    pieces: list[int]
    shapes: list[int]
    known: list[int]
    labels: list[int]


def encode(tokenizer: Tokenizer, example: Example, draw: random.Random) -> list[Window]:
    """The windows of ``example``. Pieces of no word (punctuation) count as outside and are not learnt from."""
    encoding = tokenizer.encode(example.text, add_special_tokens=False)
    features = {place: word for word in words(example.text) for place in range(word.start, word.end)}
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    assert first is not None
    assert last is not None
    blind = not example.whole or draw.random() < 0.08
    marked = {place: label for start, end, label in example.spans for place in range(start, end)}
    found = []
    for begin, end in windows(example.text, encoding.offsets, WINDOW):
        window = Window([first], [0], [0], [IGNORED])
        for piece, (start, _) in zip(encoding.ids[begin:end], encoding.offsets[begin:end], strict=True):
            word = features.get(start)
            window.pieces.append(piece)
            window.shapes.append(word.shape if word else 0)
            window.known.append(word.known if word and not blind else 0)
            label = marked.get(start, "O")
            window.labels.append(IGNORED if word is None or label == UNSURE else CLASSES.index(label))
        for column, value in zip(window, (last, 0, 0, IGNORED), strict=True):
            column.append(value)
        found.append(window)
    return found
