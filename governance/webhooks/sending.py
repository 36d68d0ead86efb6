"""One try to deliver: signed, to the address that was checked, following nothing, in bounded time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import httpx

from governance.webhooks.addresses import AddressRefused, target_of
from governance.webhooks.signing import headers_of
from grid_data.webhooks import Claimed

__all__ = ["Sender", "Sent"]

LONGEST_WAIT_S = 3600.0
"""More than this a receiver cannot ask for by ``Retry-After``."""


@dataclass(frozen=True)
class Sent:
    """What came of a try.

    Attributes
    ----------
    status
        Of the answer; None: there was none.
    error
        Why it does not count as delivered; None: it does.
    wait_s
        For how long the receiver wants to be left alone.
    """

    status: int | None
    error: str | None
    wait_s: float = 0.0


class Sender:
    """Sends deliveries.

    Parameters
    ----------
    private
        Whether receivers inside the house, and plain HTTP, are allowed.
    patience_s
        How long a try may take from the look-up of the name to the answer.
    """

    def __init__(self, *, private: bool = False, patience_s: float = 10.0) -> None:
        self._private = private
        self._patience_s = patience_s
        # No proxy and no password from the surroundings; certificates are checked.
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=patience_s,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Close what is open."""
        await self._client.aclose()

    async def send(self, taken: Claimed) -> Sent:
        """Try once."""
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._tried(taken)
        except AddressRefused as refused:
            return Sent(None, str(refused))
        except TimeoutError:
            return Sent(None, f"no answer within {self._patience_s:g} s")
        except httpx.TimeoutException:
            return Sent(None, f"no answer within {self._patience_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Sent(None, f"{type(error).__name__}: {error}"[:300])

    async def _tried(self, taken: Claimed) -> Sent:
        target = await target_of(taken.url, private=self._private)
        body = taken.body.encode()
        headers = headers_of(str(taken.id), taken.event, taken.secret, int(time.time()), body)
        request = self._client.build_request(
            "POST",
            target.url,
            content=body,
            headers={**headers, "Host": target.host},
            extensions={"sni_hostname": target.name},
        )
        # What the answer says beside its status is never read: it may be endless.
        answer = await self._client.send(request, stream=True)
        await answer.aclose()
        if answer.is_success:
            return Sent(answer.status_code, None)
        told = "redirects are not followed" if answer.is_redirect else "the receiver refused"
        return Sent(answer.status_code, f"{answer.status_code}: {told}", _wanted(answer))


def _wanted(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_WAIT_S) if text.isascii() and text.isdigit() else 0.0
