"""A language model's server on the loopback interface, with all the faults of real ones.

Its model knows one thing: to make a question of each sentence of the passage that it is sent. What goes wrong is drawn
from the passage and the number of times that it was asked, so that two runs of a test see the same.
"""

import json
import re
import threading
import time
import zlib
from collections import Counter
from typing import Any

from curation.generate.sentences import sentences
from tests.loopback import Handler, Loopback

FAULTS = ("429", "500", "slow", "broken JSON", "wrong schema", "truncated", "refusing", "no JSON at all", "hang up")


class Model(Loopback):
    """The server. ``faults`` are drawn for that share of the requests; ``always`` for all of those about a passage."""

    def __init__(self, share: float = 0.0, always: dict[str, str] | None = None, slow: float = 0.5) -> None:
        super().__init__(_Handler)
        self.share, self.always, self.slow = share, always or {}, slow
        self.asked: Counter[str] = Counter()
        """Requests, by passage."""
        self.completed: Counter[str] = Counter()
        """Whole and usable completions, by passage: what is paid for."""
        self.tokens = 0
        """Of all completions, usable or not."""
        self.faults: Counter[str] = Counter()
        self.lock = threading.Lock()

    def fault_of(self, passage: str) -> str | None:
        """What goes wrong with this request."""
        with self.lock:
            self.asked[passage] += 1
            number = self.asked[passage]
        for mark, fault in self.always.items():
            if mark in passage:
                return fault
        draw = zlib.crc32(f"{passage}:{number}".encode()) / 2**32
        return FAULTS[int(draw / self.share * len(FAULTS))] if draw < self.share else None


class _Handler(Handler):
    server: Model

    def do_POST(self) -> None:
        body = self.body()
        with self.server.lock:
            self.server.bodies.append(body)
            self.server.headers_seen.append(dict(self.headers))
        if self.path != "/v1/chat/completions":
            self.send(404, {})
            return
        said = body["messages"][-1]["content"]
        passage = said.split("\n\n", 1)[1].rsplit("\n\nWrite:", 1)[0]
        fault = self.server.fault_of(passage)
        if fault:
            with self.server.lock:
                self.server.faults[fault] += 1
        if fault == "429":
            self.send(429, {"error": {}}, {"Retry-After": "0.01"})
        elif fault in ("500", "401", "400"):
            self.send(int(fault), {"error": {"message": passage}})
        elif fault == "hang up":
            self.close_connection = True
            self.connection.close()
        else:
            if fault == "slow":
                time.sleep(self.server.slow)
            self._complete(body, passage, fault)

    def _complete(self, body: dict[str, Any], passage: str, fault: str | None) -> None:
        answered = _answered(body, passage)
        if fault == "lying":
            for pair in answered["items"]:
                pair["answer"] = re.sub(r"\d+", lambda number: str(int(number[0]) + 13), pair["answer"])
        content = json.dumps(answered)
        finish, message = "stop", {"role": "assistant", "content": content}
        if fault == "broken JSON":
            message["content"] = content[: len(content) // 2] + "]"
        elif fault == "wrong schema":
            message["content"] = json.dumps({"items": [{"q": "?"}]})
        elif fault == "truncated":
            message["content"], finish = content[: len(content) // 2], "length"
        elif fault == "refusing":
            message["content"] = "I'm sorry, but I cannot help with that."
        prompt = sum(len(one["content"]) for one in body["messages"]) // 4
        usage = {"prompt_tokens": prompt, "completion_tokens": len(content) // 4}
        with self.server.lock:
            self.server.tokens += sum(usage.values())
            if fault in (None, "slow", "lying"):
                self.server.completed[passage] += 1
        if fault == "no JSON at all":
            self.send_raw(200, b"<html>Bad gateway</html>")
            return
        choice = {"index": 0, "message": message, "finish_reason": finish}
        self.send(200, {"model": "fake-7b", "choices": [choice], "usage": usage})


def _answered(body: dict[str, Any], passage: str) -> dict[str, Any]:
    said = [one.text for one in sentences(passage)]
    if body["response_format"]["json_schema"]["name"] == "Conversation":
        return {"turns": [_pair(text) for text in (said * 10)[:10]]}
    wanted = len(re.findall(r"^\d+\. a question", body["messages"][-1]["content"], re.MULTILINE))
    return {"items": [{"number": place + 1, **_pair(text)} for place, text in enumerate(said[:wanted])]}


def _pair(sentence: str) -> dict[str, Any]:
    return {
        "question": f"What is known of {' '.join(sentence.split()[:4]).lower()}?",
        "answer": sentence,
        "quotes": [sentence],
    }
