"""The layouts of training files, by name: each module turns the messages of one item into one record."""

from collections.abc import Callable
from typing import Any

from exports.formats import alpaca, openai, parquet, sharegpt, torchtune
from exports.messages import Messages

Layout = Callable[[dict[str, Any], Messages], dict[str, Any]]
"""From an item and its messages to a record of a training file."""

FORMATS: dict[str, Layout] = {
    "torchtune": torchtune.record,
    "sharegpt": sharegpt.record,
    "alpaca": alpaca.record,
    "openai": openai.record,
    "parquet": parquet.record,
}
"""How an item becomes a record of a training file, by the format's name."""
