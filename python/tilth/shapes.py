"""What the API answers, as frozen dataclasses. Fields have the names that `GET /api/v1/openapi.json` has.

What a newer service sends beside them is kept in `more`, so that a client is not broken by it; what it leaves out is a BadAnswer
that says so. Times are datetimes with their zone.
"""

from __future__ import annotations

import functools
import types
import typing
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, Mapping, TypeVar

from tilth.errors import BadAnswer, one_line

S = TypeVar("S", bound="Shape")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """An object of the API."""

    more: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls: type[S], data: object) -> S:
        if not isinstance(data, dict):
            raise BadAnswer(f"{cls.__name__}: the service answered something else; is it another version than this client?")
        this: Any = cls
        known = kinds_of(this)
        values = {name: value_of(known[name], value, f"{cls.__name__}: '{name}'") for name, value in data.items() if name in known}
        for each in fields(cls):
            if each.name not in values and each.default is MISSING and each.default_factory is MISSING:
                raise BadAnswer(f"{cls.__name__}: '{each.name}' is not in the answer; is the service another version than this client?")
        more = {name: value for name, value in data.items() if name not in known}
        return cls(**values, more=more)


@functools.cache
def kinds_of(cls: Any) -> dict[str, Any]:
    return {name: kind for name, kind in typing.get_type_hints(cls).items() if name != "more"}


def value_of(kind: Any, value: object, place: str) -> object:
    """The value as a field of this kind has it: times and objects are read, all else is as JSON has it."""
    if kind is Any:
        return value
    may_be = typing.get_args(kind) if typing.get_origin(kind) in (types.UnionType, typing.Union) else (kind,)
    if value is None and type(None) in may_be:
        return None
    wanted = may_be[0]
    inside = typing.get_args(wanted)
    base = typing.get_origin(wanted) or wanted
    if base is datetime:
        return time_of(value)
    if base is tuple and isinstance(value, list):
        return tuple(value_of(inside[0], one, place) for one in value)
    if issubclass(base, Shape):
        return base.of(value)
    if not isinstance(value, (int, float) if base is float else base) or isinstance(value, bool) and base is not bool:
        raise BadAnswer(f"{place}: is {one_line(repr(value), 100)} in the answer, and no {base.__name__}; is the service another version than this client?")
    return value


def member(answer: object, name: str, where: str) -> Any:
    """What stands under a name in an answer that has no shape."""
    if not isinstance(answer, dict) or name not in answer:
        raise BadAnswer(f"{where}: '{name}' is not in the answer; is the service another version than this client?")
    return answer[name]


def time_of(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadAnswer(f"'{value}' is no time; is the service another version than this client?") from None
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, kw_only=True)
class SourceRun(Shape):
    """A run of a source: read = added + changed + unchanged + rejected."""

    id: int
    state: str
    read: int
    added: int
    changed: int
    unchanged: int
    rejected: int
    bytes: int
    error: str | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Source(Shape):
    id: int
    name: str
    kind: str
    state: str
    spec: Any
    records: int
    rejected: int
    created_at: datetime
    schedule: str | None = None


@dataclass(frozen=True, kw_only=True)
class Record(Shape):
    """A record as it is now; `payload` holds its fields."""

    id: str
    key: str
    version: int
    payload: Any
    title: str = ""
    excerpt: str = ""
    url: str = ""
    language: str = ""
    image: bool = False
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, kw_only=True)
class WholeRecord(Shape):
    """One record with its text, its bytes' hash and where it came from."""

    id: str
    key: str
    source: str
    version: int
    payload: Any
    content_sha256: str
    text: Mapping[str, Any] | None
    lineage: Any = None


@dataclass(frozen=True, kw_only=True)
class Hit(Shape):
    id: str
    key: str
    version: int
    rank: float
    title: str
    snippet: str
    url: str | None


@dataclass(frozen=True, kw_only=True)
class Reject(Shape):
    """What could not become a record: its bytes, its place, why."""

    id: str
    code: str
    reason: str
    raw: str
    state: str
    column: str
    line: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Project(Shape):
    id: int
    name: str
    title: str
    kind: str
    state: str
    source: str
    tasks: int
    open: int
    done: int
    answers: int
    truths: int


@dataclass(frozen=True, kw_only=True)
class Label(Shape):
    """What a project holds true of a record: a class is `label`, a set of classes, number or text `answer`; marks such as spans
    and boxes are in `more`, as the export of the project names them."""

    key: str
    label: str | None = None
    answer: Any = None
    probability: float | None = None
    method: str = ""
    fields: Any = None


@dataclass(frozen=True, kw_only=True)
class GivenAnswer(Shape):
    record: str
    key: str
    user: str
    label: str | None
    value: Any
    submitted_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Suggestion(Shape):
    """What a machine said of a record; `fault` says why that is no answer of the project."""

    record: str
    key: str
    label: str | None
    value: Any
    score: float | None
    fault: str | None
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Snapshot(Shape):
    id: int
    name: str
    project: str
    source: str
    state: str
    hash: str
    members: int
    counts: Any
    spec: Any
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Member(Shape):
    """A member of a snapshot; `split` is training, validation or test. Columns that an export has are in `more`."""

    key: str
    split: str
    label: Any = None
    title: str = ""
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Metric(Shape):
    split: int
    name: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Run(Shape):
    """A training run."""

    id: int
    snapshot: str
    project: str
    kind: str
    state: str
    seconds: float
    seed: int
    metrics: tuple[Metric, ...]
    error: str | None
    name: str = ""
    note: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Suspect(Shape):
    """A label that may be wrong, and what the models say instead."""

    key: str
    given: str
    suggested: str
    score: float
    part: str
    text: str = ""
    people: str = ""


@dataclass(frozen=True, kw_only=True)
class Job(Shape):
    """Work of a worker: waiting, running, done, failed or cancelled."""

    id: int
    kind: str
    state: str
    spec: Any
    result: Any
    attempts: int
    created_at: datetime
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Model(Shape):
    name: str
    version: int
    stage: str
    model: str
    snapshot: str
    project: str
    run: int
    created_at: datetime


@dataclass(frozen=True)
class Counts:
    """What became of all that was pushed: sums over the messages that it was sent in. `reasons` tells of what was refused."""

    sent: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    no_record: int = 0
    no_value: int = 0
    repeated: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def plus(self, sent: int, answer: Mapping[str, Any]) -> Counts:
        try:
            return self._plus(sent, answer)
        except (TypeError, ValueError):
            raise BadAnswer(f"Counts: {one_line(repr(answer), 200)} holds no numbers; is the service another version than this client?") from None

    def _plus(self, sent: int, answer: Mapping[str, Any]) -> Counts:
        """With what the service said of one more message. It calls refused ones rejected (records), rejects (suggestions) or a
        list of reasons (labels), and added ones new (records)."""
        told = {**dict_of(answer.get("reasons")), **dict_of(answer.get("rejected")), **dict_of(answer.get("faults"))}
        refused = answer.get("rejects", answer.get("rejected", 0))
        if isinstance(refused, dict):
            refused = sum(map(int, [*refused.values(), *dict_of(answer.get("faults")).values()]))
        reasons = dict(self.reasons)
        for reason, count in told.items():
            reasons[reason] = reasons.get(reason, 0) + int(count)
        return Counts(
            sent=self.sent + sent,
            added=self.added + int(answer.get("new", answer.get("added", 0))),
            changed=self.changed + int(answer.get("changed", 0)),
            unchanged=self.unchanged + int(answer.get("unchanged", 0)),
            rejected=self.rejected + int(refused),
            no_record=self.no_record + int(answer.get("no_record", 0)),
            no_value=self.no_value + int(answer.get("no_value", 0)),
            repeated=self.repeated + (sent if answer.get("repeated") is True else 0),
            reasons=reasons,
        )


def dict_of(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
