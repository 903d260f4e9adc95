"""The token classifier: MiniLM-L6 with two further embeddings added to its input, and a linear head."""

from pathlib import Path

from torch import Tensor, nn
from transformers import BertModel

from curation.pii.ner.features import GAZETTEER_CODES, SHAPES

POSITIONS = 128


class NameModel(nn.Module):
    """Classifies pieces of words.

    Args:
        encoder: The folder of the pretrained encoder.
        classes: How many classes there are.
    """

    def __init__(self, encoder: Path, classes: int) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(encoder, add_pooling_layer=False, attn_implementation="eager")
        embeddings, width = self.bert.embeddings, self.bert.config.hidden_size
        embeddings.position_embeddings = nn.Embedding.from_pretrained(  # type: ignore[no-untyped-call]
            embeddings.position_embeddings.weight[:POSITIONS].clone(), freeze=False
        )
        self.shape = nn.Embedding(len(SHAPES), width)
        self.known = nn.Embedding(GAZETTEER_CODES, width)
        nn.init.normal_(self.shape.weight, std=0.02)
        nn.init.normal_(self.known.weight, std=0.02)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(width, classes)

    def forward(self, pieces: Tensor, mask: Tensor, shapes: Tensor, known: Tensor) -> Tensor:
        """All inputs (batch, pieces) of int64 -> logits (batch, pieces, classes)."""
        inputs = self.bert.embeddings.word_embeddings(pieces) + self.shape(shapes) + self.known(known)
        hidden: Tensor = self.bert(inputs_embeds=inputs, attention_mask=mask).last_hidden_state
        logits: Tensor = self.head(self.drop(hidden))
        return logits
