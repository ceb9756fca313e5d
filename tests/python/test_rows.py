"""Rows on their way in and out, without a service."""

from __future__ import annotations

import datetime
import json
import unittest
from typing import Any, Iterator

from stage import tilth
from tilth.rows import BATCH, batches, flat, line_of, rows_of
from tilth.shapes import Counts, Label, Member, Record, Source, time_of

NOW = "2026-01-02T03:04:05Z"


def record(**more: Any) -> Record:
    return Record.of({"id": "1.a", "key": "k", "version": 1, "payload": {}, "first_seen": NOW, "last_seen": NOW, **more})


class Lines(unittest.TestCase):
    def refused(self, row: Any) -> str:
        with self.assertRaises(tilth.BadRecord) as caught:
            line_of(row, 7, "record")
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_any_text_is_kept_as_it_is(self) -> None:
        row = {"a": "😀 ünï \u2028 \" \\ \n", "": "", "n": None, "b": True, "big": 2**70, "deep": [{"x": [1.5, -0.0]}]}
        line = line_of(row, 1, "record")
        self.assertEqual(json.loads(line), row)
        self.assertNotIn(b"\n", line)

    def test_what_json_has_not_is_refused_with_its_place(self) -> None:
        nan, endless = float("nan"), float("inf")
        self.assertEqual(self.refused({"a": 1, "b": nan}), "record 7: field 'b': is NaN or infinite, which JSON has not; give None for what is not known")
        for bad in (nan, endless, -endless, [1, {"x": nan}]):
            self.assertIn("is NaN or infinite", self.refused({"b": bad}))
        self.assertIn("holds bytes", self.refused({"b": b"x"}))
        self.assertIn("holds a set", self.refused({"b": {1}}))
        self.assertIn("surrogate", self.refused({"b": "\ud800"}))
        self.assertIn("no text", self.refused({1: "x"}))
        self.assertIn("is a str", self.refused("x"))
        self.assertIn("is a NoneType", self.refused(None))
        loop: list[Any] = []
        loop.append(loop)
        self.assertIn("holds itself", self.refused({"b": loop}))

    def test_dates_become_text(self) -> None:
        at = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)
        self.assertEqual(json.loads(line_of({"t": at, "d": at.date()}, 1, "x")), {"t": "2026-01-02T03:04:00+00:00", "d": "2026-01-02"})

    def test_values_of_numpy_are_those_of_python(self) -> None:
        try:
            import numpy
            import pandas
        except ImportError as error:
            self.skipTest(str(error))
        at = numpy.datetime64
        kept: list[tuple[Any, Any]] = [
            (at("2026-01-02T03:04:05", "ns"), "2026-01-02T03:04:05"),
            (at("2026-01-02T03:04:05.25", "ns"), "2026-01-02T03:04:05.250000"),
            (at("2026-01-02T03:04:05.000000007", "ns"), "2026-01-02T03:04:05.000000007"),
            (at("2026-01-02T03:04:05", "s"), "2026-01-02T03:04:05"),
            (at("2026-01-02T03", "h"), "2026-01-02T03:00:00"),
            (at("2026-01-02"), "2026-01-02"),
            (at("2026-01"), "2026-01"),
            (numpy.array(["2026-01-02", "2026-01-03"], dtype="datetime64[ns]"), ["2026-01-02T00:00:00", "2026-01-03T00:00:00"]),
            (numpy.int64(2**62), 2**62),
            (numpy.float16(0.5), 0.5),
            (numpy.longdouble(0.5), 0.5),
            (numpy.array([0.5], dtype=numpy.longdouble), [0.5]),
            (numpy.bool_(True), True),
            (numpy.str_("ü"), "ü"),
            (numpy.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
            (numpy.array(["a", None, 1], dtype=object), ["a", None, 1]),
            (numpy.ma.masked_array([1, 2], mask=[False, True]), [1, None]),
            (pandas.Timestamp("2026-01-02T03:04:05.25"), "2026-01-02T03:04:05.250000"),
        ]
        for value, wanted in kept:
            self.assertEqual(json.loads(line_of({"a": value}, 1, "x")), {"a": wanted}, repr(value))
            self.assertEqual(json.loads(line_of({"a": [value]}, 1, "x")), {"a": [wanted]}, repr(value))
        nan = float("nan")
        refused: list[tuple[Any, str]] = [
            (at("NaT", "ns"), "NaT"),
            (numpy.array(["NaT"], dtype="datetime64[s]"), "NaT"),
            (pandas.NaT, "NaT"),
            (pandas.NA, "NAType"),
            (numpy.timedelta64(5, "ns"), "span of time"),
            (numpy.array([5], dtype="timedelta64[s]"), "span of time"),
            (pandas.Timedelta("1s"), "span of time"),
            (datetime.timedelta(1), "span of time"),
            (numpy.float64(nan), "NaN"),
            (numpy.array([1, nan]), "NaN"),
            (numpy.longdouble("inf"), "infinite"),
            (numpy.complex64(1j), "complex"),
            (numpy.bytes_(b"x"), "bytes"),
            (numpy.zeros(1, dtype=[("a", "i4")]), "structure"),
        ]
        for value, word in refused:
            self.assertIn(word, self.refused({"a": value}), repr(value))
            self.assertIn("field 'a'", self.refused({"a": [value]}))
        spans = pandas.DataFrame({"s": pandas.to_timedelta([1, 2], unit="s")})
        self.assertIn("span of time", self.refused(next(rows_of(spans))))

    def test_messages_are_bounded_and_lose_nothing(self) -> None:
        rows = [{"i": i, "s": "x" * (i * 997 % 5000)} for i in range(3000)] + [{"i": -1, "s": "y" * (2 * BATCH)}, {"i": -2, "s": ""}]
        back: list[Any] = []
        for count, lines in batches(rows, "record"):
            self.assertTrue(len(lines) <= BATCH or count == 1)
            part = [json.loads(line) for line in lines.split(b"\n")]
            self.assertEqual(len(part), count)
            back += part
        self.assertEqual(back, rows)
        self.assertEqual(list(batches([], "record")), [])

    def test_rows_are_asked_for_as_they_are_sent(self) -> None:
        asked = 0

        def endless() -> Iterator[dict[str, int]]:
            nonlocal asked
            while True:
                asked += 1
                yield {"i": asked}

        next(batches(endless(), "record"))
        self.assertLess(asked, 2000)

    def test_what_is_no_list_of_rows_is_refused(self) -> None:
        for bad in ("text", b"bytes", {"a": 1}, 3, None):
            with self.assertRaises(tilth.BadRecord):
                list(rows_of(bad))


class Predictions(unittest.TestCase):
    def test_the_likeliest_class_is_said(self) -> None:
        said = list(tilth.predictions(["a", 2], ["x", "y"], [[0.25, 0.75], [0.5, 0.5]]))
        self.assertEqual(said, [{"key": "a", "label": "y", "score": 0.75}, {"key": "2", "label": "x", "score": 0.5}])

    def test_odd_probabilities_are_refused(self) -> None:
        cases: list[tuple[list[str], list[list[float]]]] = [
            (["a"], [[0.5, 0.5], [0.5, 0.5]]),
            (["a", "b"], [[0.5, 0.5]]),
            (["a"], [[1.0]]),
            (["a"], [[float("nan"), 0.5]]),
            (["a"], [[-0.1, 1.1]]),
            (["a"], [["many", 0.5]]),  # type: ignore[list-item]
            (["a"], [0.5]),  # type: ignore[list-item]
            ([None], [[0.5, 0.5]]),  # type: ignore[list-item]
            ([float("nan")], [[0.5, 0.5]]),  # type: ignore[list-item]
        ]
        for keys, matrix in cases:
            with self.assertRaises(tilth.BadRecord):
                list(tilth.predictions(keys, ["x", "y"], matrix))
        with self.assertRaisesRegex(tilth.BadRecord, "classes: is missing"):
            list(tilth.predictions(["a"], ["x", float("nan")], [[0.5, 0.5]]))
        with self.assertRaisesRegex(tilth.BadRecord, "labels 1: is missing"):
            tilth.label_errors(["a"], ["x", "y"], [[0.5, 0.5]], [float("nan")])
        self.assertEqual(next(tilth.predictions(["nan"], ["x"], [[1]]))["key"], "nan")  # a text that looks like it is one


class Shapes(unittest.TestCase):
    def test_unknown_fields_are_kept_and_missing_ones_told(self) -> None:
        one = record(colour="red")
        self.assertEqual(one.more, {"colour": "red"})
        self.assertEqual(one.first_seen, datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc))
        with self.assertRaisesRegex(tilth.BadAnswer, "Source: 'id' is not in the answer"):
            Source.of({"name": "x"})
        for odd in (None, [], "x", 3):
            with self.assertRaises(tilth.BadAnswer):
                Source.of(odd)
        with self.assertRaises(tilth.BadAnswer):
            time_of("yesterday")
        for name, value in {"version": "1", "key": 5, "image": 1, "first_seen": None, "title": None}.items():
            with self.assertRaisesRegex(tilth.BadAnswer, f"Record: '{name}': is |no time", msg=name):
                record(**{name: value})

    def test_counts_are_sums_of_what_the_service_calls_otherwise(self) -> None:
        sums = Counts().plus(4, {"new": 1, "changed": 1, "unchanged": 1, "rejected": 1, "repeated": False})
        sums = sums.plus(3, {"added": 1, "rejected": {"nix": 1}, "faults": {"no box": 1}, "no_record": 0})
        sums = sums.plus(2, {"added": 1, "rejects": 1, "reasons": {"nix": 1}})
        self.assertEqual((sums.sent, sums.added, sums.changed, sums.unchanged, sums.rejected), (9, 3, 1, 1, 4))
        self.assertEqual(sums.reasons, {"nix": 2, "no box": 1})
        self.assertEqual(Counts().plus(5, {"repeated": True}).repeated, 5)


class Tables(unittest.TestCase):
    def test_a_payload_hides_nothing(self) -> None:
        self.assertEqual(flat(record(payload={"key": 5, "x": 1})), {"id": "1.a", "key": "k", "version": 1, "payload.key": 5, "x": 1})
        self.assertEqual(flat(record(payload=None)), {"id": "1.a", "key": "k", "version": 1})
        for odd in ([1, 2], 3, "text", False):
            self.assertEqual(flat(record(payload=odd)), {"id": "1.a", "key": "k", "version": 1, "payload": odd})
        label = flat(Label.of({"key": "k", "label": "a", "fields": {"label": "b"}}))
        self.assertEqual((label["label"], label["fields.label"]), ("a", "b"))
        self.assertEqual(flat(Member.of({"key": "k", "split": "test", "x": 2}))["x"], 2)
        with self.assertRaises(tilth.BadRecord):
            flat(3)

    def test_pandas_and_numpy(self) -> None:
        try:
            import numpy
            import pandas
        except ImportError as error:
            self.skipTest(str(error))
        items = [record(payload={"x": 1, "y": 2.5}), record(payload={"x": None, "y": 3})]
        frame = tilth.to_pandas(items)
        self.assertEqual(list(frame.columns), ["id", "key", "version", "x", "y"])
        matrix = tilth.to_numpy(items, ["x", "y"])
        self.assertEqual((matrix.shape, matrix.dtype.kind), ((2, 2), "f"))
        self.assertTrue(numpy.isnan(matrix[1, 0]))
        self.assertEqual(tilth.to_numpy(items, ["key"]).dtype, object)
        self.assertEqual(tilth.to_numpy([], ["x", "y"]).shape, (0, 2))
        source = pandas.DataFrame({"i": [1, 2], "f": [1.5, None], "t": pandas.to_datetime(["2026-01-02", None]), "s": ["a", None]})
        self.assertEqual(
            [json.loads(line_of(row, 1, "x")) for row in rows_of(source)],
            [{"i": 1, "f": 1.5, "t": "2026-01-02T00:00:00", "s": "a"}, {"i": 2, "f": None, "t": None, "s": None}],
        )
        self.assertEqual(json.loads(line_of({"a": numpy.float32(0.5), "b": numpy.arange(3)}, 1, "x")), {"a": 0.5, "b": [0, 1, 2]})
        with self.assertRaises(tilth.BadRecord):
            line_of({"a": numpy.float32("nan")}, 1, "x")
        with self.assertRaises(tilth.BadRecord):
            list(rows_of(pandas.DataFrame([[1, 2]], columns=["a", "a"])))

    def test_arrow_or_what_is_missing(self) -> None:
        try:
            import pyarrow
        except ImportError:
            with self.assertRaisesRegex(ImportError, "pyarrow: is not here; pip install pyarrow"):
                tilth.to_arrow([])
            return
        table = tilth.to_arrow([record(payload={"x": 1})])
        self.assertIsInstance(table, pyarrow.Table)
        self.assertEqual([row["x"] for row in rows_of(table)], [1])


if __name__ == "__main__":
    unittest.main()
