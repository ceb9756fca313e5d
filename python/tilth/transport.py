"""HTTP as the client needs it: connections that are kept, tries after cuts and 429/503, problems as errors.

A write is tried again only under a key by which the service knows it (Idempotency-Key; webhook-id for pushes): what was done
before a cut is then answered again and not done twice. The same key with another body is refused by the service. Answers are
read whole up to a limit, exports line by line, so that memory does not grow with them. The token goes into one header and
nowhere else: no address, message, log or repr has it, and redirects are not followed, which would hand it on.
"""

from __future__ import annotations

import http.client
import json
import logging
import random
import ssl
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Mapping
from urllib.parse import quote, urlencode, urlsplit

from tilth.errors import ApiError, BadAnswer, BadSetting, ConnectionLost, TilthError, TimedOut, api_error, one_line

log = logging.getLogger("tilth")

AGAIN = (429, 502, 503, 504)  # what another try may mend
WHOLE = 64 << 20  # bytes of an answer that is read whole; larger ones are no page of anything
LINE = 64 << 20  # bytes of a line of an export
BLOCK = 64 << 10  # bytes of an export that are read at once
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Request:
    """One request, the same in every try."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # the token is in them
    fresh: Callable[[], Mapping[str, str]] | None = None  # headers that each try makes anew
    again: bool = True  # may be tried again

    @property
    def where(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass
class Answer:
    """An answer whose body is still to be read."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse


class Transport:
    """Sends requests. Any number of threads may use one at once: each request takes a connection for itself."""

    def __init__(self, url: str, token: str, *, timeout: float, retries: int, backoff: float, longest_wait: float, context: ssl.SSLContext | None):
        parts = checked_url(url)
        if any(not 32 < ord(c) < 127 for c in token):
            raise BadSetting("token: has characters that no token has; give it as 'tilth token create' printed it")
        if timeout <= 0 or retries < 0 or backoff < 0 or longest_wait < 0:
            raise BadSetting("timeout, retries, backoff, longest_wait: must not be negative, and timeout more than 0")
        self.url = url.rstrip("/")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._prefix = parts.path.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._retries = retries
        self._backoff = backoff
        self._longest_wait = longest_wait
        self._context = context
        self._idle: list[http.client.HTTPConnection] = []
        self._closed = False

    def __reduce__(self) -> Any:
        raise TypeError("a client is not pickled, as it holds a token; make one with Client.from_env() where it is wanted")

    def close(self) -> None:
        """Ends all connections; another request is an error."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def json(self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: object = None) -> Any:
        """Asks, and gives what came as JSON; None for an empty answer."""
        request = self.request(method, path, query=query, body=body)
        return parsed(request, self.whole(request))

    def request(self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: object = None) -> Request:
        """A request of the API; a write gets an Idempotency-Key of its own."""
        if method not in METHODS:
            raise BadSetting(f"method {method!r}: is none; give one of {', '.join(METHODS)}")
        checked_path(path)
        headers = {"Authorization": f"Bearer {self._token}"}
        if method != "GET":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        data = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = encoded(f"{method} {path}", body)
        return Request(method, path + query_text(query), data, headers)

    def whole(self, request: Request) -> bytes:
        """The whole body of the answer. A cut in the middle of it is mended by another try, as one before it is."""
        tried = 0
        while True:
            answer = self._open(request, tried)
            try:
                data = read_whole(answer.response, request)
            except (OSError, http.client.HTTPException) as cut:
                answer.connection.close()
                self._wait_or_raise(request, tried, cut)
                tried += 1
                continue
            except BaseException:
                answer.connection.close()
                raise
            self._keep(answer)
            return data

    def lines(self, request: Request) -> Iterator[bytes]:
        """The lines of the answer as they come, without their ends. A cut is ConnectionLost and tells how many came: the rest
        is never left out in silence."""
        answer = self._open(request, 0)
        count = 0
        try:
            for line in split(blocks_of(answer.response)):
                if len(line) > LINE:
                    raise BadAnswer(f"{request.where}: line {count + 1} has more than {LINE >> 20} MB; export fewer fields")
                if line.strip():
                    yield line
                    count += 1
            answer.response.read()  # the end, so that the connection can be kept
        except (OSError, http.client.HTTPException) as cut:
            answer.connection.close()
            raise lost(request, cut, f"after {count} lines; ask again") from None
        except BaseException:  # also whoever stops half-way: what is left of the answer is not waited for
            answer.connection.close()
            raise
        self._keep(answer)

    def _open(self, request: Request, tried: int) -> Answer:
        """Sends until there is an answer that another try would not mend; its status is below 300."""
        while True:
            if self._closed:
                raise TilthError(f"{request.where}: this client is closed; make another")
            connection, kept = self._connection()
            try:
                headers = {**request.headers, **(request.fresh() if request.fresh else {})}
                connection.request(request.method, self._prefix + request.path, request.body or None, headers)
                response = connection.getresponse()
            except (OSError, http.client.HTTPException) as cut:
                connection.close()
                if kept and request.again and not isinstance(cut, TimeoutError):  # the service closes those that rest: no try of ours
                    continue
                self._wait_or_raise(request, tried, cut)
                tried += 1
                continue
            except BaseException:
                connection.close()
                raise
            if response.status < 300:
                return Answer(connection, response)
            refusal = self._refusal(request, Answer(connection, response))
            asked = retry_after(response)
            under_way = refusal.status == 409 and refusal.title == "Under way"  # the same key, in a try that was cut off
            if not request.again or not (refusal.status in AGAIN or under_way) or tried >= self._retries:
                raise refusal
            if asked is not None and asked > self._longest_wait:
                raise refusal
            self._pause(request, tried, f"{refusal.status} {one_line(refusal.title)}", asked)
            tried += 1

    def _refusal(self, request: Request, answer: Answer) -> ApiError:
        response = answer.response
        try:
            data = read_whole(response, request)
            self._keep(answer)
        except (OSError, http.client.HTTPException, BadAnswer):
            data = b""
            answer.connection.close()
        if response.status < 400:
            detail = f"leads to {response.getheader('Location', 'nowhere')}; give that as the url, redirects are not followed"
            return api_error(request.where, response.status, "Elsewhere", detail, "", {})
        try:
            problem = json.loads(data)
        except (ValueError, RecursionError):
            problem = None
        if not isinstance(problem, dict):
            said = data[:200].decode("utf-8", "replace")
            problem = {"title": response.reason or "Refused", "detail": f"no answer of tilth: {said}" if said else ""}
        more = {k: v for k, v in problem.items() if k not in ("type", "title", "status", "detail", "instance")}
        title, detail, instance = (str(problem.get(name, "")) for name in ("title", "detail", "instance"))
        return api_error(request.where, response.status, title, detail, instance, more)

    def _wait_or_raise(self, request: Request, tried: int, cut: Exception) -> None:
        if isinstance(cut, ssl.SSLCertVerificationError):
            raise lost(request, cut, "give context= with the certificate of your own authority") from None
        if not request.again or tried >= self._retries:
            raise lost(request, cut, f"tried {tried + 1} times; is the service at {self.url}?") from None
        self._pause(request, tried, type(cut).__name__, None)

    def _pause(self, request: Request, tried: int, why: str, asked: float | None) -> None:
        # Half of the wait is by chance, so that many who were refused at once do not come back at once.
        longest = min(self._backoff * 2**tried, self._longest_wait)
        wait = max(longest * (0.5 + random.random() / 2), asked or 0.0)
        log.info("%s: %s; again in %.1f s", request.where, why, wait)
        time.sleep(wait)

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        try:
            return self._idle.pop(), True
        except IndexError:
            pass
        if self._secure:
            context = self._context or ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context), False
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout), False

    def _keep(self, answer: Answer) -> None:
        if self._closed or answer.response.will_close or not answer.response.isclosed() or len(self._idle) >= 8:
            answer.connection.close()
        else:
            self._idle.append(answer.connection)


def checked_url(url: str) -> Any:
    """The parts of an address that a service may have."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadSetting("url: is no address; give it like http://127.0.0.1:8080") from None
    if parts.username is not None or parts.password is not None:
        raise BadSetting("url: holds a name or password; give the token as token=")
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise BadSetting(f"url '{one_line(url, 200)}': is no address of a service; give it like http://127.0.0.1:8080")
    if parts.query or parts.fragment or any(not 32 < ord(c) < 127 for c in url):
        raise BadSetting(f"url '{one_line(url.partition('#')[0].partition('?')[0], 200)}': has more than an address; leave out ? and #")
    return parts


def checked_path(path: str) -> None:
    """A path of the API, as http.client can send it: what is not, it takes for a fault of the connection."""
    if not path.startswith("/") or any(not 32 < ord(c) < 127 or c in "?#" for c in path):
        raise BadSetting(f"path '{one_line(path, 200)}': is none of the API; begin with /, quote names, and give what stands behind ? as query")


def segment(name: object) -> str:
    """A name as a part of a path."""
    text = str(name)
    if text in ("", ".", ".."):
        raise BadSetting(f"name '{text}': is no name; give that of the thing")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise BadSetting(f"name {text!r}: is no text in UTF-8") from None


def query_text(query: Mapping[str, object] | None) -> str:
    said = []
    for name, value in (query or {}).items():
        if value is None:
            continue
        for one in value if isinstance(value, (list, tuple)) else (value,):
            said.append((name, ("true" if one else "false") if isinstance(one, bool) else str(one)))
    try:
        return "?" + urlencode(said) if said else ""
    except UnicodeEncodeError:
        raise BadSetting(f"query {one_line(repr(dict(said)), 200)}: is no text in UTF-8") from None


def encoded(where: str, body: object) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BadSetting(f"{where}: the body cannot be sent as JSON: {one_line(str(error))}") from None


def parsed(request: Request, data: bytes) -> Any:
    if not data:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise BadAnswer(f"{request.where}: the answer is no JSON; is there a service of tilth at this address?") from None


def read_whole(response: http.client.HTTPResponse, request: Request) -> bytes:
    wanted = length_of(response)
    data = response.read(WHOLE + 1)
    if len(data) > WHOLE:
        raise BadAnswer(f"{request.where}: the answer has more than {WHOLE >> 20} MB; ask for less")
    if wanted is not None and len(data) < wanted:  # read(n) does not tell of a cut
        raise http.client.IncompleteRead(data, wanted - len(data))
    response.read()  # the end, where the length is not told
    return data


def blocks_of(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """What comes, until its end. A cut is IncompleteRead, also one between two chunks, which `readline` takes for the end."""
    left = length_of(response)
    while block := response.read1(BLOCK):
        if left is not None:
            left -= len(block)
        yield block
    if left:
        raise http.client.IncompleteRead(b"", left)


def split(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines without their ends; the last only when its end came, or that of all. One that is too long is given up in its midst."""
    held = bytearray()
    for block in blocks:
        held += block
        if b"\n" in block:
            *whole, rest = bytes(held).split(b"\n")
            held = bytearray(rest)
            yield from (line.rstrip(b"\r") for line in whole)
        elif len(held) > LINE:
            break
    yield bytes(held)


def length_of(response: http.client.HTTPResponse) -> int | None:
    """The bytes of the answer; None if it comes in chunks, where http.client sees a cut itself. An answer that tells neither was
    cut in its headers, which http.client takes for their end."""
    if response.length is None and not response.chunked:
        raise http.client.IncompleteRead(b"")
    return response.length


def retry_after(response: http.client.HTTPResponse) -> float | None:
    text = (response.getheader("Retry-After") or "").strip()
    return float(text) if text.isdecimal() and len(text) < 10 else None  # a date is what none of ours sends


def lost(request: Request, cut: Exception, more: str) -> ConnectionLost:
    if isinstance(cut, TimeoutError):
        return TimedOut(f"{request.where}: no answer in time, {more}")
    said = "the answer ended too early" if isinstance(cut, http.client.IncompleteRead) else one_line(str(cut)) or type(cut).__name__
    return ConnectionLost(f"{request.where}: {said}, {more}")
