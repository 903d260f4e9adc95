"""The tokenizer and chat format as the phone has them: ExecuTorch's tokenizer on ``tokenizer.model``.

The ids equal those that the model was trained with (``finetune.tokenizer``). Two things differ from ExecuTorch's C++
tokenizer. That one cuts runs of spaces before a word otherwise; and it reads ``<|eot_id|>`` and its like in a user's
text as the special tokens they spell, by which a user can end a turn and speak as the system. Here, as in training,
they are ordinary text. An app breaks them up before it encodes what a user says (:func:`harmless`), and so does the
chat, so that both give the model the same ids; of the spaces the app takes care alone.
"""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from deploy.manifest import ChatFormat
from deploy.quiet import quiet
from finetune.chat import Chat, ChatTokens, Turn
from finetune.tiktoken_cache import uncached_tiktoken
from schemas.errors import MissingExtra


def harmless(text: str, chat: ChatFormat) -> str:
    """What a user says, with nothing in it that a tokenizer can take for a special token."""
    spelled, broken = chat.replace_in_messages
    return text.replace(spelled, broken)


class DeviceTokenizer:
    """Text to ids and back.

    Args:
        file: ``tokenizer.model``.

    Raises:
        MissingExtra: If ExecuTorch's tokenizers are not installed.
    """

    def __init__(self, file: Path) -> None:
        try:
            with quiet():
                from pytorch_tokenizers import TiktokenTokenizer
        except ModuleNotFoundError as error:
            raise MissingExtra("Running a bundle", "deploy") from error
        with uncached_tiktoken():
            self._tokenizer = TiktokenTokenizer(str(file))

    def chat_format(self, system_prompt: str | None) -> ChatFormat:
        """The special tokens' ids for this vocabulary."""
        ids: dict[str, int] = self._tokenizer.special_tokens
        return ChatFormat(
            begin_of_text=ids["<|begin_of_text|>"],
            start_header=ids["<|start_header_id|>"],
            end_header=ids["<|end_header_id|>"],
            end_of_turn=ids["<|eot_id|>"],
            stop=(ids["<|end_of_text|>"], ids["<|eom_id|>"], ids["<|eot_id|>"]),
            ordinary_tokens=min(ids.values()),
            special_tokens=tuple(sorted(ids, key=lambda spelled: ids[spelled])),
            system_prompt=system_prompt,
        )

    def encode(self, text: str) -> list[int]:
        """Ids of plain text; special tokens spelled out in it stay text."""
        ids: list[int] = self._tokenizer.encode(text, bos=False, eos=False)
        return ids

    def header(self, role: str, chat: ChatFormat) -> list[int]:
        """What opens a turn of ``role``."""
        return [chat.start_header, *self.encode(role), chat.end_header, *self.encode("\n\n")]

    def turn(self, role: str, content: str, chat: ChatFormat) -> list[int]:
        """A whole turn, from its header to ``end_of_turn``."""
        return [*self.header(role, chat), *self.encode(content.strip()), chat.end_of_turn]

    def as_chat(self, chat: ChatFormat) -> Chat:
        """What ``finetune.tokenizer.open_chat`` gives for a checkpoint."""
        return Chat(
            encode=lambda turns: self._conversation(turns, chat),
            prompt=lambda turns: self._conversation(turns, chat).ids + self.header("assistant", chat),
            decode=lambda ids: "".join(self.pieces(ids, chat)),
            text=self.encode,
            begin_id=chat.begin_of_text,
            pad_id=chat.end_of_turn,
            stop_ids=frozenset(chat.stop),
        )

    def _conversation(self, turns: Sequence[Turn], chat: ChatFormat) -> ChatTokens:
        ids, in_loss = [chat.begin_of_text], [False]
        for turn in turns:
            header, whole = self.header(turn.role, chat), self.turn(turn.role, turn.content, chat)
            ids += whole
            in_loss += [False] * len(header) + [turn.role == "assistant"] * (len(whole) - len(header))
        return ChatTokens(ids, in_loss)

    def pieces(self, ids: Iterable[int], chat: ChatFormat) -> Iterator[str]:
        """Text as the ids come in.

        A token may hold a part of a character; it is kept back until the character is whole. Bytes that never become
        one turn into U+FFFD. Special tokens are not shown.
        """
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        for token in ids:
            if token < chat.ordinary_tokens:
                piece = decoder.decode(self._tokenizer.model.decode_single_token_bytes(token))
                if piece:
                    yield piece
        rest = decoder.decode(b"", final=True)
        if rest:
            yield rest
