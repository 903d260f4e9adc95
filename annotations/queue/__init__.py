"""The queue on Label Studio: who is asked what, tasks sent, decisions taken back, disagreements to the adjudicator."""

from annotations.queue.pull import Pulled, pull
from annotations.queue.push import Pushed, adjudicate, push

__all__ = ["Pulled", "Pushed", "adjudicate", "pull", "push"]
