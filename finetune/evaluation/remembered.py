"""What a model replied already, so that a killed evaluation goes on, and a judge's dry run costs no second round.

The file holds token ids, which are as good as text: like all of ``.curate``, it is for its owner alone and stays here.
"""

import json
from pathlib import Path
from typing import NamedTuple

from curation.step import digest


class Reply(NamedTuple):
    """What came of one conversation.

    Args:
        nats: Negative log-likelihood of the approved tokens, summed.
        tokens: How many those are.
        ids: Of the model's own reply.
    """

    nats: float
    tokens: int
    ids: list[int]


class Replies:
    """The replies of one model, in a file of a line each.

    Args:
        file: Named for the model's fingerprint. None remembers nothing.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[str, Reply] = {}
        if file is None:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        text = file.read_text(encoding="utf-8")
        if text and not text.endswith("\n"):  # the process was killed while it wrote a line
            *whole, _ = text.splitlines()
            text = "".join(f"{line}\n" for line in whole)
            file.write_text(text, encoding="utf-8")
        for line in text.splitlines():
            key, *reply = json.loads(line)
            self._known[key] = Reply(*reply)

    @staticmethod
    def key(conversation: list[int], prompt: list[int], room: int) -> str:
        """Of what decides a reply: the tokens of the approved conversation and of the prompt, and the longest reply."""
        return digest([conversation, prompt, room])

    def get(self, key: str) -> Reply | None:
        """The reply, if there is one."""
        return self._known.get(key)

    def put(self, key: str, reply: Reply) -> None:
        """Remembers a reply; it is in the file when this returns."""
        self._known[key] = reply
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps([key, *reply]) + "\n")
