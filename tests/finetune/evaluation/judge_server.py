"""A language model's server on the loopback interface that rates replies, and fails where a test wants it to."""

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.loopback import Handler, Loopback

Rated = dict[str, Any]


def rating(**changes: Any) -> Rated:
    plain = {
        "overall": 3,
        "empathy": 3,
        "specificity": 3,
        "medical_advice": "no",
        "factual_consistency": 3,
        "toxicity": 1,
    }
    return plain | changes


class JudgeServer(Loopback):
    """The server.

    Args:
        rate: The rating of a reply, by its text.
        faults: What goes wrong with the conversations that hold a mark.
        slow: Seconds that each answer takes.
    """

    def __init__(
        self,
        rate: Callable[[str], Rated] = lambda text: rating(),
        faults: dict[str, str] | None = None,
        slow: float = 0,
    ) -> None:
        super().__init__(_Handler)
        self.rate, self.faults, self.slow = rate, faults or {}, slow
        self.asked: Counter[str] = Counter()
        """Requests, by what the person says."""
        self.completed = 0


class _Handler(Handler):
    server: JudgeServer

    def do_POST(self) -> None:
        body = self.body()
        shown = json.loads(body["messages"][-1]["content"])
        said = shown["conversation"][0]["text"]
        self.server.bodies.append(body)
        self.server.headers_seen.append(dict(self.headers))
        self.server.asked[said] += 1
        fault = next((fault for mark, fault in self.server.faults.items() if mark in said), None)
        time.sleep(1.0 if fault == "timeout" else self.server.slow)
        if fault in ("500", "401"):
            self.send(int(fault), {"error": {"message": said}})  # a server that repeats what it was sent
            return
        ratings = [{"reply": one["reply"], **self.server.rate(one["text"])} for one in shown["replies"]]
        if fault == "one too few":
            ratings.pop()
        elif fault == "one twice":
            ratings[-1]["reply"] = ratings[0]["reply"]
        elif fault == "number in words":
            ratings[0]["overall"] = "4"
        elif fault == "out of scale":
            ratings[0]["empathy"] = 6
        content = json.dumps({"ratings": ratings})
        if fault == "cut":
            content = content[:-20]
        elif fault == "chatty":
            content = "The first is the better one, I would give it 5 of 5."
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 100, "completion_tokens": 50}
        self.server.completed += 1
        self.send(200, {"model": "judge-70b", "choices": [choice], "usage": usage})
