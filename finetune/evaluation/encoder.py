"""BERT and RoBERTa out of a folder in Hugging Face's layout: as much of them as hidden states need.

Not through transformers, which may not be in this environment: presidio imports it wherever it is, and every command
would wait for it. A test holds the numbers against those of transformers.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from curation.workspace import sha256_of
from schemas.errors import CurateError, MissingExtra

if TYPE_CHECKING:
    import torch

CONFIG, TOKENIZER = "config.json", "tokenizer.json"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")

_MEND = (
    "Give a folder with config.json, tokenizer.json and model.safetensors (or pytorch_model.bin) of a model of type "
    "bert, roberta or xlm-roberta, as transformers' save_pretrained writes it."
)


class EncoderShape(BaseModel):
    """What ``config.json`` says of a model's computation. Of a kind that is not computed here, it does not hold."""

    model_config = ConfigDict(frozen=True)

    model_type: Literal["bert", "roberta", "xlm-roberta"]
    num_hidden_layers: int
    num_attention_heads: int
    max_position_embeddings: int
    layer_norm_eps: float = 1e-12
    hidden_act: Literal["gelu"] = "gelu"
    position_embedding_type: Literal["absolute"] = "absolute"
    pad_token_id: int = 0

    @property
    def first_position(self) -> int:
        """The place of the first token in the table of positions: RoBERTa keeps those up to the padding's free."""
        return 0 if self.model_type == "bert" else self.pad_token_id + 1

    @property
    def longest(self) -> int:
        """Tokens of the longest text, the special ones among them."""
        return self.max_position_embeddings - self.first_position


class Encoded(NamedTuple):
    """A text, encoded.

    Args:
        ids: Its n tokens, with the special ones around it.
        is_special: Which those are.
        states: Hidden states, (n, width).
    """

    ids: list[int]
    is_special: list[bool]
    states: "torch.Tensor"


class Encoder:
    """A model that encodes texts.

    Args:
        folder: In Hugging Face's layout. Nothing is looked for anywhere else.

    Raises:
        MissingExtra: If PyTorch is not installed.
        CurateError: If the folder holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        files = [folder / name for name in (CONFIG, TOKENIZER)]
        weights = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
        missing = next((file for file in files if not file.is_file()), None)
        if missing is not None or weights is None:
            raise CurateError("no encoder here: the file is missing", file=missing or folder / WEIGHTS[0], mend=_MEND)
        try:
            self.shape = EncoderShape.model_validate_json(files[0].read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            key = ".".join(map(str, first["loc"])) or None
            what = f"no encoder that is known: {first['msg']}"
            raise CurateError(what, file=files[0], field=key, mend=_MEND) from None
        try:
            self._tokenizer = Tokenizer.from_file(str(files[1]))
        except Exception as error:  # the library raises no narrower one
            raise CurateError("cannot be read as a tokenizer", file=files[1], mend=_MEND) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.shape.longest)
        self._weights = _read(weights, self.shape)
        digests = "".join(sha256_of(file) for file in (*files, weights))
        self.fingerprint = hashlib.sha256(digests.encode()).hexdigest()

    def tokens(self, text: str) -> tuple[list[int], list[bool]]:
        """Ids of ``text``, cut at the longest that the model takes, and which of them are special tokens."""
        text = text.strip()
        if text and self.shape.model_type == "roberta":
            text = f" {text}"  # a word after a space is another token than one at the beginning
        encoding = self._tokenizer.encode(text)
        return encoding.ids, [bool(flag) for flag in encoding.special_tokens_mask]

    def encode(self, text: str, layer: int) -> Encoded:
        """Hidden states of ``text`` after ``layer`` layers; 0 for the embeddings."""
        import torch
        from torch.nn.functional import gelu

        ids, is_special = self.tokens(text)
        positions = torch.arange(len(ids)) + self.shape.first_position
        with torch.inference_mode():
            table = self._weights
            states = (
                table["embeddings.word_embeddings.weight"][torch.tensor(ids)]
                + table["embeddings.position_embeddings.weight"][positions]
                + table["embeddings.token_type_embeddings.weight"][0]
            )
            states = self._norm(states, "embeddings.LayerNorm")
            for number in range(layer):
                at = f"encoder.layer.{number}"
                attended = self._linear(self._attend(states, f"{at}.attention.self"), f"{at}.attention.output.dense")
                states = self._norm(states + attended, f"{at}.attention.output.LayerNorm")
                inner = gelu(self._linear(states, f"{at}.intermediate.dense"))
                states = self._norm(states + self._linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        return Encoded(ids, is_special, states)

    def _attend(self, states: "torch.Tensor", at: str) -> "torch.Tensor":
        from torch.nn.functional import scaled_dot_product_attention

        heads = self.shape.num_attention_heads
        query, key, value = (
            self._linear(states, f"{at}.{name}")
            .view(len(states), heads, -1)
            .transpose(0, 1)  # (heads, n, width of one)
            for name in ("query", "key", "value")
        )
        return scaled_dot_product_attention(query, key, value).transpose(0, 1).flatten(1)

    def _linear(self, states: "torch.Tensor", at: str) -> "torch.Tensor":
        from torch.nn.functional import linear

        return linear(states, self._weights[f"{at}.weight"], self._weights[f"{at}.bias"])

    def _norm(self, states: "torch.Tensor", at: str) -> "torch.Tensor":
        from torch.nn.functional import layer_norm

        weight, bias = self._weights[f"{at}.weight"], self._weights[f"{at}.bias"]
        return layer_norm(states, weight.shape, weight, bias, self.shape.layer_norm_eps)


def _read(file: Path, shape: EncoderShape) -> "dict[str, torch.Tensor]":
    """An encoder's weights in float32, by the names that they have without the model's own name before them."""
    try:
        import torch
        from safetensors.torch import load_file
    except ModuleNotFoundError as error:
        raise MissingExtra("BERTScore", "eval") from error
    try:
        is_safe = file.suffix == ".safetensors"
        stored = load_file(file) if is_safe else torch.load(file, map_location="cpu", weights_only=True)
        weights = {_named(name): weight.float() for name, weight in stored.items()}
    except Exception as error:  # what a damaged file raises depends on where it is damaged
        raise CurateError("the weights cannot be read", file=file, mend="Copy the model's folder again.") from error
    last = f"encoder.layer.{shape.num_hidden_layers - 1}.output.LayerNorm.bias"
    if last not in weights or "embeddings.word_embeddings.weight" not in weights:
        raise CurateError("the weights are not those of the model in config.json", file=file, mend=_MEND)
    return weights


def _named(name: str) -> str:
    """``bert.encoder...`` as ``encoder...``; the oldest files call a norm's weight gamma and its bias beta."""
    name = name.removeprefix("bert.").removeprefix("roberta.")
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
