"""BERTScore: how near the meanings of a reply's words are to those of the approved reply's (Zhang et al. 2020).

Each token of one text is matched with the token of the other whose hidden state is nearest by the cosine. Precision is
the mean over the reply's tokens, recall over the approved reply's, F1 their harmonic mean; the special tokens around a
text can be matched but do not count. As in the authors' package (``bert-score`` 0.3.13), without its rescaling:
the values of two encoders, or of two layers of one, cannot be compared.

It measures whether the two say similar things. It is no measure of clinical quality: a reply with one word turned
round, or with dangerous advice in the approved reply's words, scores high, and a good one that takes another way low.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

from finetune.evaluation.encoder import Encoded, Encoder
from schemas.errors import UsageError

if TYPE_CHECKING:
    import torch

LAYERS = {
    ("bert", 12): 9,
    ("bert", 24): 18,
    ("roberta", 12): 10,
    ("roberta", 24): 17,
    ("xlm-roberta", 12): 9,
    ("xlm-roberta", 24): 17,
}
"""By the kind of model and how many layers it has, the one that agreed best with people's ratings of translations, for
the models named base and large (the table ``model2layers`` of the authors' package)."""


class BertScore(NamedTuple):
    """One reply against the approved one; each from -1 to 1, in practice from 0."""

    precision: float
    recall: float
    f1: float


class BertScoreSettings(BaseModel):
    """With what BERTScore was computed; only values of the same can be compared."""

    model_config = ConfigDict(frozen=True)

    encoder: str
    """The name of its folder."""
    fingerprint: str
    layer: int
    idf: bool


class BertScorer:
    """BERTScore with one encoder.

    Args:
        folder: Of the encoder, see ``finetune.evaluation.encoder``.
        layer: Whose hidden states are compared, from 1; by default that of :data:`LAYERS`.
        approved: All approved replies, if a token is to count by how few of them hold it (IDF); none for all tokens
            alike.

    Raises:
        MissingExtra: If PyTorch is not installed.
        UsageError: If there is no such layer, or IDF has a single reply to count in.
        CurateError: If the folder holds no encoder that can be read.
    """

    def __init__(self, folder: Path, layer: int | None = None, approved: Sequence[str] | None = None) -> None:
        self._encoder = Encoder(folder)
        shape = self._encoder.shape
        self._layer = LAYERS.get((shape.model_type, shape.num_hidden_layers), 0) if layer is None else layer
        if not 1 <= self._layer <= shape.num_hidden_layers:
            what = "of this encoder none is known to be best" if layer is None else f"there is no layer {layer}"
            mend = f"Choose from 1 to {shape.num_hidden_layers}."
            raise UsageError(what, file=folder, field="--bertscore-layer", mend=mend)
        if approved is not None and len(approved) < 2:
            raise UsageError("a single conversation has no rare words", field="--bertscore-idf", mend="Leave it out.")
        self._idf = None if approved is None else idf([self._encoder.tokens(text)[0] for text in approved])
        self.settings = BertScoreSettings(
            encoder=folder.resolve().name,
            fingerprint=self._encoder.fingerprint,
            layer=self._layer,
            idf=approved is not None,
        )

    def score(self, reply: str, approved: str) -> BertScore:
        """Compares a reply with the approved one; all is 0 where one of them says nothing."""
        one, other = (self._encoder.encode(text, self._layer) for text in (reply, approved))
        if all(one.is_special) or all(other.is_special):
            return BertScore(0.0, 0.0, 0.0)
        return match(one.states, other.states, self._weights(one), self._weights(other))

    def _weights(self, text: Encoded) -> "torch.Tensor":
        import torch

        if self._idf is not None:  # of the special tokens, which every text has, it is 0
            return torch.tensor([self._idf[token] for token in text.ids])
        return torch.tensor([float(not special) for special in text.is_special])


def idf(texts: Sequence[Sequence[int]]) -> Mapping[int, float]:
    """ln((texts + 1) / (texts that hold it + 1)) of each token."""
    holding = Counter(token for text in texts for token in set(text))
    weights: dict[int, float] = defaultdict(lambda: log(len(texts) + 1))
    weights.update({token: log((len(texts) + 1) / (count + 1)) for token, count in holding.items()})
    return weights


def match(
    reply: "torch.Tensor", approved: "torch.Tensor", reply_weights: "torch.Tensor", approved_weights: "torch.Tensor"
) -> BertScore:
    """Greedy matching.

    Args:
        reply: Hidden states, (n, width).
        approved: Likewise, (m, width).
        reply_weights: How much each token counts, (n,).
        approved_weights: Likewise, (m,).
    """
    from torch.nn.functional import normalize

    similarity = normalize(reply, dim=-1) @ normalize(approved, dim=-1).T
    precision = _mean(similarity.amax(dim=1), reply_weights)
    recall = _mean(similarity.amax(dim=0), approved_weights)
    both = precision + recall
    return BertScore(precision, recall, 2 * precision * recall / both if both else 0.0)


def _mean(values: "torch.Tensor", weights: "torch.Tensor") -> float:
    total = float(weights.sum())
    return float((values * weights).sum()) / total if total else 0.0  # all tokens are in every approved reply
