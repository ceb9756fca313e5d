"""Rows on their way in and out: Python objects as JSON lines, and what the API gave as pandas, NumPy or Arrow tables.

JSON has no NaN, no infinities, no bytes and no dates. Dates become text as ISO 8601 has it; for the others there is no form that
all readers take for the same, so they are refused, with the row and the field. Missing cells of a data frame become null, as
that is what they mean there.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import fields
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping, Sequence

from tilth.errors import BadRecord, BadSetting, one_line
from tilth.shapes import Label, Record, Shape

BATCH = 1 << 20  # bytes of a message; a larger row goes alone
BATCH_ROWS = 1000


def rows_of(data: Any) -> Iterator[Mapping[str, Any]]:
    """The rows of an iterable of mappings, of a pandas DataFrame (missing cells as None) or of an Arrow table, one at a time."""
    if hasattr(data, "itertuples") and hasattr(data, "isna"):
        return frame_rows(data)
    if hasattr(data, "to_batches"):
        return (row for batch in data.to_batches(max_chunksize=BATCH_ROWS) for row in batch.to_pylist())
    if isinstance(data, (str, bytes, Mapping)) or not hasattr(data, "__iter__"):
        raise BadRecord(f"rows: {type(data).__name__} is no list of rows; give dicts, a DataFrame or an Arrow table")
    return iter(data)


def frame_rows(frame: Any) -> Iterator[Mapping[str, Any]]:
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        raise BadRecord("rows: two columns of the DataFrame have one name; rename them")
    for start in range(0, len(frame), BATCH_ROWS):
        part = frame.iloc[start : start + BATCH_ROWS]
        missing = part.isna().to_numpy()
        for at, cells in enumerate(part.itertuples(index=False, name=None)):
            yield {name: None if gone else cell for name, cell, gone in zip(names, cells, missing[at])}


def line_of(row: Any, number: int, what: str) -> bytes:
    """A row as a line of JSON; BadRecord tells the row and the field that cannot be one."""
    place = f"{what} {number}"
    if not isinstance(row, Mapping):
        raise BadRecord(f"{place}: is a {type(row).__name__}; give a dict of field and value")
    if any(not isinstance(name, str) for name in row):
        raise BadRecord(f"{place}: has a field whose name is no text; name all fields by texts")
    try:
        return dumped(dict(row))
    except (TypeError, ValueError, RecursionError):
        for name, value in row.items():
            try:
                dumped({name: value})
            except (TypeError, ValueError, RecursionError) as error:
                raise BadRecord(f"{place}: field '{one_line(repr(name)[1:-1], 100)}': {fault(error)}") from None
        raise


def dumped(row: object) -> bytes:
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain).encode()


def plain(value: Any) -> Any:
    """Values of other types as JSON has them."""
    if isinstance(value, (date, time)):
        if value != value:  # pandas.NaT
            raise ValueError("is not a time (NaT); give None for what is not known")
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return plain_numpy(value)
    if isinstance(value, timedelta):
        raise TypeError("holds a span of time, for which JSON has no form; give a number of seconds")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("holds bytes; give a text, such as Base64")
    raise TypeError(f"holds a {type(value).__name__}; give texts, numbers, true and false, None, lists or dicts of these")


def plain_numpy(value: Any) -> Any:
    """Scalars and arrays of NumPy. Its own `tolist` makes numbers of times in nanoseconds, and itself of long doubles."""
    kind = value.dtype.kind
    if kind == "V":
        raise TypeError("holds a structure of NumPy; give a dict")
    if value.ndim and kind in "Mm":
        return list(value)
    if kind == "m":
        return plain(timedelta())
    if kind == "M":
        return moment(value)
    if kind == "f" and not value.ndim:
        return float(value)
    return value.tolist()


def moment(value: Any) -> str:
    """A datetime64 as `isoformat` writes the same time, however fine its unit is."""
    text = str(value)
    if text == "NaT":
        raise ValueError("is not a time (NaT); give None for what is not known")
    if "T" in text and text.count(":") < 2:
        text = str(value.astype("datetime64[s]"))
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part.ljust(6, '0')}" if part else whole


def fault(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "holds half of a surrogate pair, which UTF-8 has not; decode it rightly"
    if isinstance(error, RecursionError) or "Circular" in str(error):
        return "holds itself, or is nested too deep"
    if "Out of range float" in str(error):
        return "is NaN or infinite, which JSON has not; give None for what is not known"
    return one_line(str(error))


def batches(rows: Iterable[Any], what: str) -> Iterator[tuple[int, bytes]]:
    """How many, and their lines: never more in memory than one message of them."""
    lines: list[bytes] = []
    size = 0
    for number, row in enumerate(rows, 1):
        line = line_of(row, number, what)
        if lines and (size + len(line) > BATCH or len(lines) == BATCH_ROWS):
            yield len(lines), b"\n".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield len(lines), b"\n".join(lines)


def predictions(keys: Iterable[Any], classes: Sequence[Any], probabilities: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """What a model says as rows for Client.push_predictions: the likeliest class of each key, and how probable it is.

    `classes` are the columns of `probabilities`: of scikit-learn `model.classes_` and `model.predict_proba(x)`. Keys and
    probabilities of different number are a BadRecord, when the shorter one ends.
    """
    names = [name_of(name, "classes") for name in classes]
    end = object()
    each, rows = iter(keys), iter(probabilities)
    number = 0
    while True:
        number += 1
        key, row = next(each, end), next(rows, end)
        if key is end and row is end:
            return
        if key is end or row is end:
            raise BadRecord(f"prediction {number}: there are not as many keys as rows of probabilities")
        said = numbers_of(row, f"prediction {number}")
        if len(said) != len(names):
            raise BadRecord(f"prediction {number}: {len(said)} probabilities for {len(names)} classes")
        if not all(0 <= p <= 1 for p in said):
            raise BadRecord(f"prediction {number}: probabilities lie between 0 and 1; this row has {min(said)} to {max(said)}")
        best = max(range(len(said)), key=said.__getitem__)
        yield {"key": name_of(key, f"prediction {number}: key"), "label": names[best], "score": said[best]}


def numbers_of(row: Any, place: str) -> list[float]:
    try:
        return [float(one) for one in row]
    except (TypeError, ValueError):
        raise BadRecord(f"{place}: {one_line(repr(row), 100)} is no row of probabilities; give a number for each class") from None


def name_of(value: Any, place: str) -> str:
    """A key or a class as a text. What is missing is none: its text would be one, such as 'nan'."""
    if value is None or str(value) in ("nan", "<NA>", "NaT") and not isinstance(value, str):
        raise BadRecord(f"{place}: is missing ({one_line(str(value))}); leave its row out")
    return str(value)


def flat(item: Any) -> dict[str, Any]:
    """An item as a row of a table: its fields, and those of a record's payload beside them. A field of the payload that is
    called like one of the item stands as payload.NAME."""
    if isinstance(item, Mapping):
        return dict(item)
    if not isinstance(item, Shape):
        raise BadRecord(f"table: a {type(item).__name__} is no row; give records, members, labels or dicts")
    inside = {Record: "payload", Label: "fields"}.get(type(item), "more")
    shown = ("id", "key", "version") if isinstance(item, Record) else tuple(f.name for f in fields(item) if f.name not in ("more", inside))
    row = {name: getattr(item, name) for name in shown}
    if isinstance(item, Label):  # it has one of both
        del row["answer" if item.answer is None else "label"]
    held = getattr(item, inside)
    if held is not None and not isinstance(held, Mapping):  # a list or a number has no fields
        held = {inside: held}
    for name, value in (held or {}).items():
        row[f"{inside}.{name}" if name in row else name] = value
    return row


def bytes_of(content: bytes | str | Path) -> bytes:
    """What a file holds, or is to hold."""
    try:
        return content.read_bytes() if isinstance(content, Path) else content.encode() if isinstance(content, str) else content
    except OSError as error:
        raise BadSetting(f"upload '{one_line(str(content))}': {error.strerror}; give the path of a file") from None
    except UnicodeEncodeError:
        raise BadRecord("upload: the text holds half of a surrogate pair, which UTF-8 has not; decode it rightly") from None


def library(name: str, how: str) -> Any:
    """A library that this package can do without."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ImportError(f"{name}: is not here; {how}", name=name) from None


def to_pandas(items: Iterable[Any], columns: Sequence[str] | None = None) -> Any:
    """A DataFrame of records, members, labels or any other items. All of them are in memory then; iterate to have one at a time."""
    pandas = library("pandas", "apt-get install python3-pandas, or pip install pandas")
    return pandas.DataFrame([flat(item) for item in items], columns=columns)


def to_numpy(items: Iterable[Any], columns: Sequence[str]) -> Any:
    """A matrix of these columns: of floats, with NaN for what is missing, if all are numbers; else of objects."""
    numpy = library("numpy", "apt-get install python3-numpy, or pip install numpy")
    table = [[flat(item).get(name) for name in columns] for item in items]
    numbers = all(cell is None or isinstance(cell, (int, float)) for row in table for cell in row)
    if not numbers:
        made = numpy.empty((len(table), len(columns)), dtype=object)
        for at, row in enumerate(table):
            made[at] = row
        return made
    return numpy.array([[float("nan") if c is None else float(c) for c in row] for row in table]).reshape(len(table), len(columns))


def to_arrow(items: Iterable[Any], schema: Any = None) -> Any:
    """An Arrow table, of `schema` or of what the rows hold."""
    pyarrow = library("pyarrow", "pip install pyarrow")
    return pyarrow.Table.from_pylist([flat(item) for item in items], schema=schema)
