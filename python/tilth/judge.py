"""Label errors by the probabilities of any model, on this machine: what `tilth errors --probabilities` finds.

The service judges runs of its own only, so this asks the program, which needs no database for it. The method is written once,
in tilth; there is no second one here.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Iterator, Sequence

from tilth.errors import BadAnswer, BadRecord, ProgramFailed, one_line
from tilth.rows import batches, name_of, numbers_of
from tilth.shapes import Shape


@dataclass(frozen=True, kw_only=True)
class LabelError(Shape):
    """A label that may be wrong; `confident` if it is beyond doubt. The lower `quality`, the likelier it is wrong."""

    id: str
    label: str
    suggested: str
    quality: float
    self_confidence: float
    confident: bool


@dataclass(frozen=True, kw_only=True)
class LabelErrors(Shape):
    """What was found; `notes` tell of rows that could not be used."""

    rows: int
    classes: int
    suspects: int
    confident: int
    estimated_label_errors: float
    notes: tuple[str, ...]
    label_errors: tuple[LabelError, ...]


def label_errors(
    keys: Iterable[Any],
    classes: Sequence[Any],
    probabilities: Iterable[Sequence[Any]],
    labels: Iterable[Any],
    *,
    top: int = 200,
    program: str | None = None,
) -> LabelErrors:
    """Which of `labels` may be wrong. Each row of `probabilities` is of a model that has not seen this row (cross-validation).

    `program` is the program tilth; else that of TILTH_PROGRAM, else the one on PATH.
    """
    names = [name_of(name, "classes") for name in classes]
    if len(set(names)) < len(names):
        raise BadRecord("classes: two have one name")
    all_labels = [name_of(label, f"labels {at}") for at, label in enumerate(labels, 1)]
    all_keys = [name_of(key, f"keys {at}") for at, key in enumerate(keys, 1)]
    if len(all_labels) != len(all_keys):
        raise BadRecord(f"labels: {len(all_labels)} for {len(all_keys)} keys; give one for each")
    with tempfile.TemporaryDirectory(prefix="tilth-") as folder:
        said, held = Path(folder, "probabilities.jsonl"), Path(folder, "labels.jsonl")
        write(said, probability_rows(all_keys, names, probabilities))
        write(held, ({"id": key, "label": label} for key, label in zip(all_keys, all_labels)))
        found = run(["errors", "--probabilities", str(said), "--labels", str(held), "--top", str(top)], program)
    return LabelErrors.of(found)


def probability_rows(keys: Sequence[str], names: Sequence[str], probabilities: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    count = 0
    for count, row in enumerate(probabilities, 1):
        said = numbers_of(row, f"probabilities {count}")
        if count > len(keys) or len(said) != len(names):
            raise BadRecord(f"probabilities {count}: a row for each key, with a number for each of {len(names)} classes, is wanted")
        yield {"id": keys[count - 1], "probabilities": dict(zip(names, said))}
    if count < len(keys):
        raise BadRecord(f"probabilities: {count} rows for {len(keys)} keys; give one for each")


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("wb") as out:
        for _, lines in batches(rows, path.stem):
            out.write(lines + b"\n")


def run(words: Sequence[str], program: str | None) -> Any:
    """What a command of the program prints with --json."""
    name = program or os.environ.get("TILTH_PROGRAM") or "tilth"
    try:
        ended = subprocess.run([name, "--json", "--quiet", *words], capture_output=True, check=False)
    except OSError as error:
        raise ProgramFailed(f"program '{name}': {error.strerror}; give its path as program= or in TILTH_PROGRAM") from None
    if ended.returncode != 0:
        said = one_line(ended.stderr.decode("utf-8", "replace"))
        raise ProgramFailed(f"tilth {words[0]}: exit {ended.returncode}: {said.removeprefix('tilth: ')}")
    try:
        return json.loads(ended.stdout)
    except (ValueError, RecursionError):
        raise BadAnswer(f"program '{name}': printed no JSON; is it tilth?") from None
