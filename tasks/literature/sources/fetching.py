"""Asks a service once over HTTP: within a time and a size, and without following it to anywhere else."""

from __future__ import annotations

import ssl
import zlib
from functools import cache
from threading import Event, Thread
from time import monotonic

from tasks.literature.sources.service import Answer, Broken, Hopeless, Request, Unreached

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer."""
SLOWEST = 60.0
"""Seconds from the first try to connect to the last byte."""
_CONNECT, _READ = 10.0, 30.0
_NO_NETWORK = "the service is not reached; there may be no network"


def fetch(request: Request, *, largest: int = LARGEST, slowest: float = SLOWEST) -> Answer:
    """What a service answers, whatever its status.

    It is asked from a thread, as neither looking up a name nor a header that comes byte by byte has a limit of its
    own. Raises Unreached where no connection comes about, Broken for what is slow or cut off, and Hopeless for what
    is too large. No error holds a header of the request.
    """
    connected, given_up, outcome = Event(), Event(), list[Answer | Exception]()

    def ask() -> None:
        try:
            outcome.append(_asked(request, largest, monotonic() + slowest, connected, given_up))
        except (Broken, Hopeless, Unreached) as error:
            outcome.append(error)
        except Exception as error:
            outcome.append(Broken(f"asking fails ({type(error).__name__})"))

    thread = Thread(target=ask, name="asking a service", daemon=True)
    thread.start()
    thread.join(slowest)
    given_up.set()
    if not outcome and not connected.is_set():
        raise Unreached(_NO_NETWORK)
    if not outcome:
        raise Broken(f"it takes longer than {slowest:.0f} s")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _asked(request: Request, largest: int, end: float, connected: Event, given_up: Event) -> Answer:
    import httpx2

    def trace(event: str, _: object) -> None:
        if event.endswith("connect_tcp.complete"):
            connected.set()

    failure: Broken | Unreached
    try:
        with (
            httpx2.Client(
                timeout=httpx2.Timeout(_READ, connect=_CONNECT), follow_redirects=False, verify=_trusted()
            ) as client,
            client.stream(
                "GET",
                request.shown,
                headers=[*request.headers, ("Accept-Encoding", "gzip"), *request.secret],
                extensions={"trace": trace},
            ) as response,
        ):
            headers = {name.lower(): value for name, value in response.headers.items()}
            raw = bytearray()
            for chunk in response.iter_raw():
                raw += chunk
                if len(raw) > largest:
                    raise Hopeless(f"its answer is larger than {largest >> 20} MiB")
                if given_up.is_set() or monotonic() > end:
                    raise Broken("its answer takes too long")
            return Answer(response.status_code, headers, _unpacked(bytes(raw), headers, largest))
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError):
        failure = Unreached(_NO_NETWORK)
    except httpx2.TimeoutException:
        failure = Broken("it does not answer in time")
    except httpx2.HTTPError as error:
        failure = Broken(f"its answer is cut off or no HTTP ({type(error).__name__})")
    raise failure


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates count; it takes .05 s to read them."""
    import httpx2

    return httpx2.create_ssl_context()


def _unpacked(raw: bytes, headers: dict[str, str], largest: int) -> bytes:
    """A body as it was before it was packed, which may not be larger either."""
    packing = headers.get("content-encoding", "").strip().lower()
    if packing in ("", "identity"):
        return raw
    if packing not in ("gzip", "x-gzip"):
        raise Broken("its answer is packed in a way that was not asked for")
    unpacking = zlib.decompressobj(31)
    try:
        body = unpacking.decompress(raw, largest + 1)
    except zlib.error:
        raise Broken("its answer cannot be unpacked") from None
    if len(body) > largest:
        raise Hopeless(f"its answer is larger than {largest >> 20} MiB")
    if not unpacking.eof:
        raise Broken("its answer is cut off")
    return body
