"""How often one address may knock at a door that is open to everybody."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request

from api.problems import too_many
from governance.access.sessions import Visitor, neighbourhood

__all__ = ["Limiter", "visitor_of"]

MOST_ADDRESSES = 10_000


def visitor_of(request: Request) -> Visitor:
    """From where a request comes. Behind a proxy that uvicorn trusts, as the proxy says."""
    address = None if request.client is None else request.client.host
    return Visitor(address, request.headers.get("user-agent"))


class Limiter:
    """A bucket for each address that holds some requests and is filled at a steady rate.

    It counts in this process; what must hold for all processes together is counted in the database, as tries
    to sign in are.

    Parameters
    ----------
    burst
        Requests that may come at once.
    per_minute
        Requests a minute from then on.
    """

    def __init__(self, burst: int, per_minute: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = float(burst)
        self._rate = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: str) -> int:
        """Take one request of an address: 0, or after how many seconds it may come.

        >>> now = [0.0]
        >>> limiter = Limiter(2, 60, clock=lambda: now[0])
        >>> [limiter.wait_s("a") for _ in range(3)], limiter.wait_s("b")
        ([0, 0, 1], 0)
        >>> now[0] = 1.0
        >>> limiter.wait_s("a")
        0
        """
        now = self._clock()
        left, at = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        taken = left >= 1
        self._buckets[key] = (left - 1 if taken else left, now)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return 0 if taken else max(1, math.ceil((1 - left) / self._rate))

    def take(self, request: Request) -> None:
        """Let a request in.

        Raises
        ------
        Problem
            ``too-many-tries``, with ``Retry-After``.
        """
        if wait := self.wait_s(neighbourhood(visitor_of(request).address)):
            raise too_many(wait)
