"""The client: one method for each thing that users of Python do with tilth; `call` and `pages` for all else that the API has.

Lists are iterators that ask for a page at a time, exports give a line at a time: constant memory, however large the source is.
What is sent in several messages is sent one after another, each under a key of its own, so that after a failure the same call
can be made again: records and labels that are there already are counted as unchanged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import ssl
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Iterator, Mapping

from tilth import shapes
from tilth.errors import BadAnswer, BadRecord, BadSetting, JobFailed, NotFound, TimedOut, one_line
from tilth.rows import batches, bytes_of, rows_of
from tilth.transport import Request, Transport, parsed, segment

log = logging.getLogger("tilth")

PAGE = 200  # items; the most that the service gives at once
UPLOAD = 5 << 20  # bytes of a file; as Base64 in JSON the service takes 8 MB


class Client:
    """A service of tilth, as the user of a token. Threads may share one."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 60.0,
        retries: int = 6,
        backoff: float = 0.5,
        longest_wait: float = 60.0,
        context: ssl.SSLContext | None = None,
    ):
        """`timeout`: seconds without a byte. `retries`: further tries after a cut, 429 and 503, the first after `backoff`
        seconds, the next after twice as long .., never longer than `longest_wait`; a `Retry-After` is kept to."""
        if not token:
            raise BadSetting("token: is empty; make one with 'tilth token create'")
        self._http = Transport(url, token, timeout=timeout, retries=retries, backoff=backoff, longest_wait=longest_wait, context=context)
        self._longest_wait = longest_wait

    @classmethod
    def from_env(cls, **settings: Any) -> Client:
        """By TILTH_URL and TILTH_TOKEN; settings as of the class."""
        for name in ("TILTH_URL", "TILTH_TOKEN"):
            if not os.environ.get(name):
                raise BadSetting(f"{name}: is not set; set it, or give url and token to tilth.Client")
        return cls(os.environ["TILTH_URL"], os.environ["TILTH_TOKEN"], **settings)

    def __repr__(self) -> str:
        return f"tilth.Client({self._http.url!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # The API itself.

    def call(self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: object = None) -> Any:
        """Any operation of `GET /api/v1/openapi.json`: call("GET", "/jobs", query={"state": "failed"})."""
        if not path.startswith("/"):
            raise BadSetting(f"path '{one_line(path, 200)}': does not begin with /; give it as /jobs")
        return self._http.json(method, "/api/v1" + path, query=query, body=body)

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """The items of any list, page by page as they are asked for."""
        query.setdefault("limit", PAGE)
        while True:
            page = self.call("GET", path, query=query)
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise BadAnswer(f"GET {path}: is no list; use call")
            yield from page["items"]
            if not page.get("next"):
                return
            if page["next"] == query.get("after"):
                raise BadAnswer(f"GET {path}: the list does not go on behind '{page['next']}'")
            query["after"] = page["next"]

    def whoami(self) -> Any:
        """The user of the token: id, name, role."""
        return shapes.member(self.call("GET", "/session"), "account", "GET /session")

    # Sources and what is in them.

    def sources(self, archived: bool = False) -> Iterator[shapes.Source]:
        return map(shapes.Source.of, self.pages("/sources", archived=archived))

    def source(self, name: str) -> shapes.Source:
        return shapes.Source.of(self.call("GET", f"/sources/{segment(name)}"))

    def add_source(self, name: str, kind: str, spec: Mapping[str, Any], schedule: str | None = None) -> shapes.Source:
        body: dict[str, Any] = {"name": name, "kind": kind, "spec": spec}
        if schedule is not None:
            body["schedule"] = schedule
        self.call("POST", "/sources", body=body)
        return self.source(name)

    def source_runs(self, source: str) -> Iterator[shapes.SourceRun]:
        return map(shapes.SourceRun.of, self.pages(f"/sources/{segment(source)}/runs"))

    def run_source(self, source: str, *, timeout: float | None = None) -> shapes.SourceRun:
        """Gathers a source, waits until that ended, and gives what came of it; a run that failed is a JobFailed."""
        path = f"/sources/{segment(source)}/run"
        return self._run_of(source, shapes.member(self.call("POST", path), "job", f"POST {path}"), timeout)

    def records(self, source: str, where: str | None = None) -> Iterator[shapes.Record]:
        """All records of a source, or those for which a condition holds (docs/training.md), with their whole payloads."""
        for item in self.pages(f"/sources/{segment(source)}/records", where=where):
            one = shapes.Record.of(item)
            if isinstance(one.payload, str):  # the list holds the first 2,000 characters of longer ones
                whole = self.record(source, one.key)
                one = replace(one, payload=whole.payload, version=whole.version)
            yield one

    def record(self, source: str, key: str) -> shapes.WholeRecord:
        return shapes.WholeRecord.of(self.call("GET", f"/sources/{segment(source)}/record", query={"key": key}))

    def search(self, source: str, words: str, where: str | None = None) -> Iterator[shapes.Hit]:
        """The best first. The service indexes what is new a part a call: this asks until all of it is."""
        path = f"/sources/{segment(source)}/search"
        while self.call("GET", path, query={"q": words, "where": where, "limit": 1}).get("complete") is False:
            pass
        return map(shapes.Hit.of, self.pages(path, q=words, where=where))

    def rejects(self, source: str, state: str | None = None) -> Iterator[shapes.Reject]:
        return map(shapes.Reject.of, self.pages(f"/sources/{segment(source)}/rejects", state=state))

    def push(self, source: str, rows: Any, *, secret: str) -> shapes.Counts:
        """Sends rows (dicts, a DataFrame, an Arrow table, a generator) to a source of kind push, and gives what became of them:
        those that its rules refuse are `rejected`, and stand in `rejects`. `secret` is one of the source's secrets.

        If the rows throw half-way, what was sent before stays; a note on the exception tells how many that are.
        """
        key = secret_bytes(secret)
        path = f"/api/v1/push/{segment(source)}"

        def send(lines: bytes) -> Any:
            message = uuid.uuid4().hex  # the same in each try, by which the service takes it once

            def signature() -> dict[str, str]:  # of each try: its time is good for some minutes
                at = str(int(time.time()))
                proof = base64.b64encode(hmac.new(key, f"{message}.{at}.".encode() + lines, hashlib.sha256).digest()).decode()
                return {"webhook-id": message, "webhook-timestamp": at, "webhook-signature": f"v1,{proof}"}

            request = Request("POST", path, lines, {"Content-Type": "application/x-ndjson"}, signature)
            return parsed(request, self._http.whole(request))

        return sent_in_parts(rows, "record", send)

    def upload(
        self, source: str, content: bytes | str | Path, *, name: str = "", format: str | None = None, timeout: float | None = None
    ) -> shapes.SourceRun:
        """Gives a file (its bytes, its text, or its path) to a source, waits until it was read, and gives that run. The source is
        made if there is none. For more than 5 MB use push, or let the service fetch the file (`add_source`)."""
        data = bytes_of(content)
        name = name or (content.name if isinstance(content, Path) else "")
        if not name:
            raise BadSetting("upload: the file has no name; give name=, such as 'table.csv'")
        if len(data) > UPLOAD:
            raise BadRecord(f"upload '{name}': has {len(data):,} bytes, of {UPLOAD:,} at most; push its rows, or add a source that fetches it")
        body: dict[str, Any] = {"name": name, "base64": base64.b64encode(data).decode()}
        if format is not None:
            body["format"] = format
        path = f"/sources/{segment(source)}/upload"
        return self._run_of(source, shapes.member(self.call("POST", path, body=body), "job", f"POST {path}"), timeout)

    # Projects, labels, what machines say.

    def projects(self) -> Iterator[shapes.Project]:
        return map(shapes.Project.of, self.pages("/projects"))

    def project(self, name: str) -> shapes.Project:
        return shapes.Project.of(self.call("GET", f"/projects/{segment(name)}"))

    def create_project(self, definition: Mapping[str, Any]) -> shapes.Project:
        """The members of a project's file: {"name": .., "kind": "classification", "source": .., "class": [{"name": ..}]}."""
        return shapes.Project.of(self.call("POST", "/projects", body=definition))

    def labels(self, project: str) -> Iterator[shapes.Label]:
        """What the project holds true, as it comes; lost connections are ConnectionLost, never a shorter list."""
        return map(shapes.Label.of, self._export(f"/projects/{segment(project)}/export", {}))

    def push_labels(self, project: str, rows: Any) -> shapes.Counts:
        """Takes labels in as ground truth: rows with key (or text), and label or answer, and perhaps probability. Classes that
        the project has not are `rejected`, keys without a record `no_record`."""
        path = f"/projects/{segment(project)}/import"
        return sent_in_parts(rows, "label", lambda lines: self.call("POST", path, body={"labels": objects(lines)}))

    def answers(self, project: str, user: str | None = None) -> Iterator[shapes.GivenAnswer]:
        """Who answered what."""
        return map(shapes.GivenAnswer.of, self.pages(f"/projects/{segment(project)}/answers", user=user))

    def push_predictions(self, project: str, annotator: str, rows: Any, *, version: str) -> shapes.Counts:
        """Keeps what a model says of records: rows with key, label (or answer), and score if there is one; `tilth.predictions`
        makes them of probabilities. People see them by the project's `suggestions`; they are never labels by themselves."""
        path = f"/projects/{segment(project)}/suggestions"
        said = {"annotator": annotator, "version": version, "file": "predictions.jsonl"}
        return sent_in_parts(rows, "prediction", lambda lines: self.call("POST", path, body={**said, "text": lines.decode() + "\n"}))

    def suggestions(self, project: str, annotator: str | None = None, version: str | None = None) -> Iterator[shapes.Suggestion]:
        path = f"/projects/{segment(project)}/suggestions"
        return map(shapes.Suggestion.of, self.pages(path, annotator=annotator, version=version))

    def disagreements(self, project: str, annotator: str, version: str) -> Iterator[tuple[shapes.Label, shapes.Suggestion]]:
        """Labels beside what a machine said of the same record, where they differ: classes, sets of classes, numbers and texts.
        What the machine said is in memory."""
        said = {one.key: one for one in self.suggestions(project, annotator, version) if one.fault is None}
        if not said:
            raise NotFound("disagreements", 404, "Not found", f"project '{project}': '{annotator}' {version} said nothing; push_predictions first")
        for label in self.labels(project):
            held = label.answer if label.label is None else label.label
            if held is None:
                raise BadSetting(f"disagreements: labels of '{project}' are marks, which are alike in part; compare labels() and suggestions()")
            one = said.get(label.key)
            if one is not None and held != (one.value if one.label is None else one.label):
                yield label, one

    # Snapshots, training, models.

    def snapshots(self) -> Iterator[shapes.Snapshot]:
        return map(shapes.Snapshot.of, self.pages("/snapshots"))

    def snapshot(self, name: str) -> shapes.Snapshot:
        return shapes.Snapshot.of(self.call("GET", f"/snapshots/{segment(name)}"))

    def create_snapshot(self, name: str, **settings: Any) -> shapes.Snapshot:
        """create_snapshot("s", project="p", split="0.8,0.1,0.1"): all settings of `tilth snapshot create`."""
        return shapes.Snapshot.of(self.call("POST", "/snapshots", body={"name": name, **settings}))

    def members(self, snapshot: str, split: str | None = None, *, prepared: bool = False) -> Iterator[shapes.Member]:
        """Its members as they come, or those of one part: training, validation or test."""
        if split not in (None, "training", "validation", "test"):
            raise BadSetting(f"split '{split}': is none; use training, validation or test")
        rows = self._export(f"/snapshots/{segment(snapshot)}/export", {"prepared": prepared or None})
        return (one for one in map(shapes.Member.of, rows) if split in (None, one.split))

    def train(self, snapshot: str, model: str, **settings: Any) -> shapes.Job:
        """Queues a training: train("s", "softmax", tune="random:20"); wait(job) until it ended."""
        queued = self.call("POST", "/runs", body={"snapshot": snapshot, "model": model, **settings})
        return self.job(shapes.member(queued, "job", "POST /runs"))

    def runs(self, tag: str | None = None) -> Iterator[shapes.Run]:
        return map(shapes.Run.of, self.pages("/runs", tag=tag))

    def run(self, number: int) -> shapes.Run:
        return shapes.Run.of(self.call("GET", f"/runs/{segment(number)}"))

    def suspects(self, run: int, **settings: Any) -> tuple[shapes.Suspect, ...]:
        """Labels of a run's records that may be wrong, the likeliest first: settings of `tilth errors`, such as top=50, folds=0."""
        path = f"/runs/{segment(run)}/errors"
        found = self.call("POST", path, body={**settings, "label_errors": True})
        return tuple(map(shapes.Suspect.of, shapes.member(found, "label_errors", f"POST {path}")))

    def errors(self, run: int, **settings: Any) -> Any:
        """What a run gets wrong: settings and answer as `tilth errors --json` has them. For models of others: tilth.label_errors."""
        return self.call("POST", f"/runs/{segment(run)}/errors", body=settings)

    def models(self) -> Iterator[shapes.Model]:
        return map(shapes.Model.of, self.pages("/models"))

    def predict(self, model: str, rows: Any, *, version: int | None = None) -> Iterator[Any]:
        """What a model of tilth says of rows, in their order, a thousand asked at a time."""
        body: dict[str, Any] = {} if version is None else {"version": version}
        path = f"/models/{segment(model)}/predict"
        for _, lines in batches(rows_of(rows), "input"):
            yield from shapes.member(self.call("POST", path, body={**body, "inputs": objects(lines)}), "predictions", f"POST {path}")

    # Jobs.

    def jobs(self, kind: str | None = None, state: str | None = None, source: str | None = None) -> Iterator[shapes.Job]:
        """The newest first, those that ended too. Of a source: what gathers, replays or judges it."""
        return map(shapes.Job.of, self.pages("/jobs", kind=kind, state=state, source=source))

    def job(self, number: int) -> shapes.Job:
        return shapes.Job.of(self.call("GET", f"/jobs/{segment(number)}"))

    def cancel(self, job: shapes.Job | int) -> Any:
        return self.call("DELETE", f"/jobs/{segment(job if isinstance(job, int) else job.id)}")

    def wait(self, job: shapes.Job | int, *, timeout: float | None = None) -> shapes.Job:
        """The job when it is done; JobFailed if it failed or was cancelled, TimedOut if it takes longer than `timeout` seconds."""
        number = job if isinstance(job, int) else job.id
        end = None if timeout is None else time.monotonic() + timeout
        pause, tries, why = 0.1, 0, ""
        while True:
            now = self.job(number)
            if now.state == "waiting" and now.attempts > tries:
                tries = now.attempts
                why = f": {self._fault_of(now)}"
                log.warning("job %d (%s): try %d failed%s; it is tried again", number, now.kind, tries, why)
            if now.state == "done":
                return now
            if now.ended:
                told = now.result.get("error") if isinstance(now.result, dict) else None
                said = one_line(str(told or "no reason was told"))
                raise JobFailed(f"job {number} ({now.kind}): {now.state}: {said}; see 'tilth jobs show {number}'")
            left = pause if end is None else end - time.monotonic()
            if left <= 0:
                so_far = f", and {tries} tries failed{why}" if tries else ""
                raise TimedOut(f"job {number} ({now.kind}): is {now.state} after {timeout:g} s{so_far}; wait longer, or cancel it")
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, 5.0, max(self._longest_wait, 0.1))

    def _fault_of(self, job: shapes.Job) -> str:
        """Why the last try of a job failed. The job itself tells only when it has ended; its run does before."""
        spec = job.spec if isinstance(job.spec, dict) else {}
        if job.kind == "train":
            for run in self.runs():
                if run.started_at + timedelta(seconds=1) < job.created_at:
                    break
                if run.snapshot == spec.get("snapshot") and run.error:
                    return one_line(run.error)
        elif isinstance(spec.get("source"), str):
            last = next(self.source_runs(spec["source"]), None)
            if last and last.error:
                return one_line(last.error)
        return "no reason was told"

    def _run_of(self, source: str, number: int, timeout: float | None) -> shapes.SourceRun:
        """Waits for a job of a source, and gives its run; of one that failed, why it did."""
        try:
            job = self.wait(number, timeout=timeout)
        except JobFailed as failed:
            last = self._last_run(source, number)
            why = one_line((last.error if last else None) or str(failed))
            raise JobFailed(f"source '{source}': {why.removeprefix(f'source {source!r}: ')}; see 'tilth source show {source}'") from failed
        told = shapes.member(job.result, "run", f"job {number}")
        for run in self.source_runs(source):
            if run.id == told:
                return run
        raise BadAnswer(f"job {number}: its run {told} is none of source '{source}'; was the source deleted?")

    def _last_run(self, source: str, number: int) -> shapes.SourceRun | None:
        """The newest run, if it began after the job was queued."""
        queued = self.job(number).created_at
        try:
            last = next(self.source_runs(source), None)
        except NotFound:
            return None
        return last if last and last.started_at + timedelta(seconds=1) >= queued else None

    def _export(self, path: str, query: Mapping[str, object]) -> Iterator[Any]:
        request = self._http.request("GET", "/api/v1" + path, query={"format": "jsonl", **query})
        for line in self._http.lines(request):
            yield parsed(request, line)


def sent_in_parts(rows: Any, what: str, send: Any) -> shapes.Counts:
    """Sends rows in messages of about a megabyte. An exception, of the rows or of the sending, gets a note of what was sent."""
    counts = shapes.Counts()
    try:
        for count, lines in batches(rows_of(rows), what):
            answer = send(lines)
            if not isinstance(answer, dict):
                raise BadAnswer(f"{what}s: the service answered something else; is it another version than this client?")
            counts = counts.plus(count, answer)
    except BaseException as error:  # Ctrl-C too
        if counts.sent:
            error.add_note(f"tilth: {counts.sent} {what}s were sent before and stay; sending all again counts these as unchanged")
        raise
    return counts


def objects(lines: bytes) -> list[Any]:
    return [json.loads(line) for line in lines.split(b"\n")]


def secret_bytes(secret: str) -> bytes:
    """"whsec_" and Base64, or the bytes themselves: as the service reads the same secret."""
    if not secret:
        raise BadSetting("secret: is empty; give one of the secrets of the source")
    try:
        if not secret.startswith("whsec_"):
            return secret.encode()
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        raise BadSetting("secret: is no text in UTF-8, or no Base64 behind 'whsec_'; copy it whole") from None
