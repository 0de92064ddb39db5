"""What was derived from texts is remembered by what the texts are, so that it is worked out once and not at every look. Pure.

Bounded by weight, not by number: a hundred short texts may stay where one long one would. The oldest goes first.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import Any


class Remembered:
    """Results of one kind, in this process. Several threads ask at once."""

    def __init__(self, most: int):
        self.most = most
        self.weight = 0
        self.found: OrderedDict[tuple, tuple[Any, int]] = OrderedDict()
        self.lock = Lock()

    def get(self, texts: tuple[str, ...], work: Callable[[], Any], weigh: Callable[[Any], int], *more) -> Any:
        """What `work` makes of the texts; `more` is what else decides it, `weigh` says how many characters it takes."""
        key = (*(sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts), *more)
        with self.lock:
            if key in self.found:
                self.found.move_to_end(key)
                return self.found[key][0]
        result = work()
        self._keep(key, result, weigh(result))
        return result

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.found.clear()
            self.weight = 0

    def _keep(self, key: tuple, result: Any, weight: int) -> None:
        with self.lock:
            self.weight += weight - self.found.pop(key, (None, 0))[1]
            self.found[key] = result, weight
            while self.weight > self.most:
                self.weight -= self.found.popitem(last=False)[1][1]
