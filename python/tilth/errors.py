"""What can go wrong, a class each. Every message is one line: the thing, the place, what mends it."""

from __future__ import annotations

from typing import Mapping


class TilthError(Exception):
    """Of all that this package raises itself."""


class BadSetting(TilthError, ValueError):
    """An address, a token or another setting of the client that cannot be used."""


class BadRecord(TilthError, ValueError):
    """A record, label or prediction that JSON cannot hold, or that lacks what it needs; it was not sent."""


class ConnectionLost(TilthError, OSError):
    """The service could not be reached, or the connection ended before the answer did."""


class TimedOut(ConnectionLost, TimeoutError):
    """No answer in the time that was given."""


class BadAnswer(TilthError):
    """What came is no answer of tilth, or lacks what this version of the client reads."""


class JobFailed(TilthError):
    """A job ended as failed or cancelled, or a run of a source as failed."""


class ProgramFailed(TilthError):
    """The program `tilth` on this machine could not do it."""


class ApiError(TilthError):
    """The service refused. `status`, `title`, `detail` and `instance` are those of its problem (RFC 9457)."""

    def __init__(self, where: str, status: int, title: str, detail: str, instance: str = "", more: Mapping[str, object] | None = None):
        said = one_line(detail or "nothing was said")
        super().__init__(f"{where}: {status} {one_line(title)}: {said}")
        self.where = where
        self.status = status
        self.title = title
        self.detail = detail
        self.instance = instance
        self.more = dict(more or {})


class BadRequest(ApiError):
    """400, 422 and other refusals of what was sent."""


class Unauthorized(ApiError):
    """401: the token is wrong, revoked or too old; or a webhook's signature does not fit."""


class Forbidden(ApiError):
    """403: the role of the token's user may not do that, or the token may only read."""


class NotFound(ApiError):
    """404: there is nothing of that name."""


class Conflict(ApiError):
    """409: not possible as things are, such as a name that is taken."""


class Changed(ApiError):
    """412: somebody changed it meanwhile; read it again."""


class TooLarge(ApiError):
    """413: more than the service takes at once."""


class Busy(ApiError):
    """429 or 503, still after the last try."""


class ServerFault(ApiError):
    """Other 5xx: the service's own fault; its log tells more under `instance`."""


def api_error(where: str, status: int, title: str, detail: str, instance: str, more: Mapping[str, object]) -> ApiError:
    """The error of a status."""
    kinds: dict[int, type[ApiError]] = {
        401: Unauthorized,
        403: Forbidden,
        404: NotFound,
        409: Conflict,
        412: Changed,
        413: TooLarge,
        429: Busy,
        503: Busy,
    }
    kind = kinds.get(status, ServerFault if status >= 500 else BadRequest)
    return kind(where, status, title, detail, instance, more)


def one_line(text: str, at_most: int = 600) -> str:
    """Without line ends and other control characters, and not endless."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= at_most else flat[: at_most - 3] + "..."
