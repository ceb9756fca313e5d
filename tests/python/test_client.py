"""The client's methods against the program and its database: what goes in comes out."""

from __future__ import annotations

import dataclasses
import logging
import os
import re
import threading
import tracemalloc
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

from stage import PROGRAM, ROOT, SECRET, ServiceTest, spam_or_ham, tilth


class Records(ServiceTest):
    def test_what_is_pushed_comes_out(self) -> None:
        self.push_source("round")
        rows = [spam_or_ham(i) for i in range(700)]
        self.assertEqual(self.client.push("round", rows, secret=SECRET), tilth.Counts(sent=700, added=700))
        self.assertEqual(self.client.push("round", iter(rows), secret=SECRET), tilth.Counts(sent=700, unchanged=700))
        rows[3] = {**rows[3], "body": "other"}
        self.assertEqual(self.client.push("round", rows[:5], secret=SECRET), tilth.Counts(sent=5, changed=1, unchanged=4))
        found = {one.key: one.payload for one in self.client.records("round")}
        self.assertEqual(found, {row["id"]: row for row in rows})
        self.assertEqual(len(list(self.client.records("round", where="x > 36"))), sum(row["x"] > 36 for row in rows))
        self.assertEqual(self.client.source("round").records, 700)
        self.assertEqual(next(self.client.source_runs("round")).read, 1405)
        one = self.client.record("round", "m7")
        self.assertEqual((one.payload, one.source, one.text["body"] if one.text else ""), (rows[7], "round", rows[7]["body"]))
        prizes = [hit.key for hit in self.client.search("round", "prize")]
        self.assertEqual(sorted(prizes), sorted(row["id"] for row in rows if "prize" in row["body"]))

    def test_odd_records_are_stored_or_rejected_and_told(self) -> None:
        self.push_source("odd")
        rows: list[dict[str, Any]] = [
            {"id": "😀/?#%", "body": "ünï 😀 \u2028"},
            {"id": "", "body": "no key"},
            {"id": None},
            {},
            {"id": "nul", "body": "a\0b"},
            {"id": "wide", "body": "w" * 3_000_000},
            {"id": "deep", "more": {"a": [{"b": None}]}, "unknown": True, "x": "not a number"},
            {"id": "plain", "body": ""},
        ]
        counts = self.client.push("odd", rows, secret=SECRET)
        self.assertEqual((counts.sent, counts.added + counts.rejected), (8, 8))
        rejects = list(self.client.rejects("odd"))
        self.assertEqual(len(rejects), counts.rejected)
        self.assertIn("key.missing", {one.code for one in rejects})
        self.assertEqual(self.client.record("odd", "😀/?#%").payload, rows[0])
        self.assertEqual(len(self.client.record("odd", "wide").payload["body"]), 3_000_000)
        listed = {one.key: one.payload for one in self.client.records("odd")}  # the service's list cuts long ones
        self.assertEqual(listed["wide"], rows[5])
        self.assertEqual(len(listed), counts.added)
        with self.assertRaises(tilth.TooLarge):
            self.client.push("odd", [{"id": "huge", "body": "h" * 9_000_000}], secret=SECRET)
        self.assertEqual(self.client.push("odd", [], secret=SECRET), tilth.Counts())
        for key in ("none", " ", "a/b"):
            with self.assertRaises(tilth.NotFound):
                self.client.record("odd", key)

    def test_files_are_read_one_after_another(self) -> None:
        for at in range(3):
            run = self.client.upload("files", f"id,x\n{at},{at}\n", name=f"part{at}.csv", timeout=60)
            self.assertEqual((run.read, run.added), (1, 1))
        self.assertEqual(sorted(one.payload["id"] for one in self.client.records("files")), ["0", "1", "2"])
        self.assertEqual(self.client.run_source("files", timeout=60).unchanged, 1)
        self.assertEqual([one.kind for one in self.client.jobs(source="files")], ["ingest"] * 4)
        self.assertEqual(list(self.client.jobs(source="no such")), [])

    def test_what_was_queued_is_waited_for_by_its_number(self) -> None:
        def send(at: int) -> tilth.SourceRun:
            with self.service.client() as client:
                return client.upload("many", "id\n" + "".join(f"{at}-{row}\n" for row in range(at)), name=f"part{at}.csv", timeout=60)

        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(send, range(1, 9)))
        self.assertEqual([run.added for run in runs], list(range(1, 9)))  # each has its own, though all were queued at once
        self.assertEqual(len({run.id for run in runs}), 8)
        said = [self.client.call("POST", "/sources/many/run") for _ in range(2)]
        self.assertTrue(all(self.client.wait(one["job"], timeout=60).state == "done" for one in said))

    def test_bad_files(self) -> None:
        with self.assertRaisesRegex(tilth.BadRecord, "of 5,242,880 at most"):
            self.client.upload("files", b"x" * 6_000_000, name="a.csv")
        with self.assertRaises(tilth.BadSetting):
            self.client.upload("files", "x")
        with self.assertRaisesRegex(tilth.BadRequest, "format.*nix.*is not known"):
            self.client.upload("unread", "a\n1\n", name="a.csv", format="nix", timeout=60)
        with self.assertRaises(tilth.BadRequest):
            self.client.upload("files", b"", name="empty.csv")

    def test_lists_need_no_memory_for_what_is_behind(self) -> None:
        self.push_source("long")
        self.client.push("long", ({"id": str(i), "body": "b" * 1000} for i in range(6000)), secret=SECRET)
        list(zip(range(500), self.client.records("long")))  # what is loaded once
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertEqual(sum(1 for _ in self.client.records("long")), 6000)
        peak = tracemalloc.get_traced_memory()[1]
        self.assertLess(peak, 3 << 20)  # all of them have twice as much, a page a thirtieth

    def test_threads_share_a_client(self) -> None:
        self.push_source("shared")
        self.client.push("shared", [spam_or_ham(i) for i in range(450)], secret=SECRET)
        counts: list[int] = []
        work = [threading.Thread(target=lambda: counts.append(len({one.key for one in self.client.records("shared")}))) for _ in range(6)]
        for one in work:
            one.start()
        for one in work:
            one.join()
        self.assertEqual(counts, [450] * 6)


class Labels(ServiceTest):
    def test_labels_in_and_out(self) -> None:
        rows = self.labelled("in-out")
        self.assertEqual({one.key: one.label for one in self.client.labels("in-out")}, {row["id"]: row["label"] for row in rows})
        counts = self.client.push_labels("in-out", [{"key": "m0", "label": "ham"}, {"key": "m1", "label": "nix"}, {"key": "no", "label": "ham"}])
        self.assertEqual((counts.sent, counts.changed, counts.rejected, counts.no_record), (3, 1, 1, 1))
        self.assertEqual(counts.reasons, {"nix": 1})
        with self.assertRaisesRegex(tilth.BadRequest, "'labels\\[1\\].colour': is unknown"):
            self.client.push_labels("in-out", [{"key": "m2", "label": "ham"}, {"key": "m3", "label": "ham", "colour": 1}])
        self.assertEqual(self.client.project("in-out").truths, 240)
        self.assertIn("in-out", [one.name for one in self.client.projects()])
        self.assertEqual(list(self.client.answers("in-out")), [])

    def test_predictions_of_any_model_are_held_beside_labels(self) -> None:
        rows = self.labelled("beside")
        wrong = {"m0", "m5"}
        said = ([0.9, 0.1] if (row["label"] == "spam") != (row["id"] in wrong) else [0.2, 0.8] for row in rows)
        counts = self.client.push_predictions("beside", "mine", tilth.predictions([row["id"] for row in rows], ["spam", "ham"], said), version="1")
        self.assertEqual(counts, tilth.Counts(sent=240, added=240))
        self.assertEqual({label.key for label, _ in self.client.disagreements("beside", "mine", "1")}, wrong)
        one = {one.key: one for one in self.client.suggestions("beside", "mine", "1")}["m5"]
        self.assertEqual((one.label, one.score), ("spam", 0.9))
        odd = self.client.push_predictions("beside", "mine", [{"key": "m1", "label": "nix"}, {"key": "no", "label": "ham"}], version="2")
        self.assertEqual((odd.rejected, odd.no_record), (1, 1))
        with self.assertRaises(tilth.ApiError):
            list(self.client.disagreements("beside", "mine", "3"))

    def test_answers_that_are_no_class(self) -> None:
        self.push_source("kinds")
        self.client.push("kinds", [spam_or_ham(i) for i in range(4)], secret=SECRET)
        classes = [{"name": "a"}, {"name": "b"}]
        cases: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
            ({"kind": "multilabel", "class": classes}, [["a"], ["b", "a"], []], [["a"], ["a", "b"], ["b"]]),
            ({"kind": "regression", "low": 0, "high": 10}, [5, 7.5, 0], [5, 7.5, 3]),
        ]
        for definition, held, said in cases:
            name = f"kinds-{definition['kind']}"
            self.client.create_project({**definition, "name": name, "source": "kinds"})
            self.assertEqual(self.client.push_labels(name, [{"key": f"m{i}", "answer": one} for i, one in enumerate(held)]).added, 3)
            self.client.push_predictions(name, "mine", [{"key": f"m{i}", "answer": one} for i, one in enumerate(said)], version="1")
            self.assertEqual([label.key for label, _ in self.client.disagreements(name, "mine", "1")], ["m2"])
        self.client.create_project({"kind": "spans", "class": classes, "name": "kinds-spans", "source": "kinds"})
        self.client.push_labels("kinds-spans", [{"key": "m0", "answer": [{"start": 0, "end": 3, "label": "a"}]}])
        self.assertEqual([one.more["spans"][0]["label"] for one in self.client.labels("kinds-spans")], ["a"])
        self.client.push_predictions("kinds-spans", "mine", [{"key": "m0", "answer": [{"start": 0, "end": 3, "label": "a"}]}], version="1")
        with self.assertRaisesRegex(tilth.BadSetting, "are marks"):
            list(self.client.disagreements("kinds-spans", "mine", "1"))

    def test_exports_need_no_memory_for_what_is_behind(self) -> None:
        self.push_source("wide")
        self.client.push("wide", ({"id": str(i), "body": "b" * 1000} for i in range(4000)), secret=SECRET)
        self.client.create_project({"kind": "classification", "class": [{"name": "a"}], "name": "wide", "source": "wide"})
        self.client.push_labels("wide", ({"key": str(i), "label": "a"} for i in range(4000)))
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertEqual(sum(1 for _ in self.client.labels("wide")), 4000)
        self.assertLess(tracemalloc.get_traced_memory()[1], 1 << 20)  # the export has four times as much

    def test_label_errors_by_any_model(self) -> None:
        rows = [spam_or_ham(i) for i in range(200)]
        labels = [row["label"] for row in rows]
        labels[10] = "ham"
        said = [[0.95, 0.05] if row["label"] == "spam" else [0.1, 0.9] for row in rows]
        keys = [row["id"] for row in rows]
        found = tilth.label_errors(keys, ["spam", "ham"], said, labels, program=PROGRAM)
        self.assertEqual([(one.id, one.label, one.suggested) for one in found.label_errors], [("m10", "ham", "spam")])
        self.assertEqual((found.rows, found.classes, found.notes), (200, 2, ()))
        with self.assertRaises(tilth.BadRecord):
            tilth.label_errors(keys[1:], ["spam", "ham"], said, labels, program=PROGRAM)
        with self.assertRaises(tilth.BadRecord):
            tilth.label_errors(keys, ["spam", "ham"], said[1:], labels, program=PROGRAM)
        with self.assertRaisesRegex(tilth.ProgramFailed, "give its path as program="):
            tilth.label_errors(keys, ["spam", "ham"], said, labels, program="/no/such/tilth")
        with self.assertRaisesRegex(tilth.ProgramFailed, "exit 1: .*twice"):
            tilth.label_errors(["a", "a"], ["spam", "ham"], said[:2], labels[:2], program=PROGRAM)


class Training(ServiceTest):
    def test_from_a_snapshot_to_predictions(self) -> None:
        rows = {row["id"]: row for row in self.labelled("loop")}
        rows["m7"]["label"] = "spam"  # wrongly
        self.client.push_labels("loop", [{"key": "m7", "label": "spam"}])
        made = self.client.create_snapshot("loop-1", project="loop", split="0.6,0.2,0.2")
        self.assertEqual((made.members, made.hash), (240, self.client.snapshot("loop-1").hash))
        members = list(self.client.members("loop-1"))
        self.assertEqual({one.key: one.label for one in members}, {key: row["label"] for key, row in rows.items()})
        self.assertTrue(all(one.body == rows[one.key]["body"] for one in members))
        parts = {split: len(list(self.client.members("loop-1", split))) for split in ("training", "validation", "test")}
        self.assertEqual(parts, {"training": 144, "validation": 48, "test": 48})
        with self.assertRaises(tilth.BadSetting):
            self.client.members("loop-1", "train")
        job = self.client.wait(self.client.train("loop-1", "softmax"), timeout=120)
        run = self.client.run(job.result["run"])
        self.assertEqual((run.state, run.snapshot), ("done", "loop-1"))
        accuracy = next(one for one in run.metrics if one.name == "accuracy" and one.split == 2)
        self.assertGreater(accuracy.value or 0, 0.9)
        self.assertIn("judged", self.client.errors(run.id, quick=True))
        suspects = self.client.suspects(run.id, top=5)
        self.assertIn("m7", [one.key for one in suspects])
        wrong = next(one for one in suspects if one.key == "m7")
        self.assertEqual((wrong.given, wrong.suggested), ("spam", "ham"))
        self.assertLessEqual(len(suspects), 5)
        with self.assertRaises(tilth.NotFound):
            self.client.suspects(10**9)
        with self.assertRaisesRegex(tilth.BadRequest, "did you mean 'quick'"):
            self.client.errors(run.id, quik=True)
        model = next(self.client.models())
        said = list(self.client.predict(model.name, ({"body": row["body"]} for row in rows.values())))
        self.assertEqual(len(said), 240)
        self.assertGreater(sum(one["class"] == row["label"] for one, row in zip(said, rows.values())), 220)
        self.assertIn(job.id, [one.id for one in self.client.jobs(kind="train")])

    def test_why_a_training_is_tried_again_is_told_at_once(self) -> None:
        self.client.add_source("bare", "push", {"secrets": [f"file:{self.service.secret}"], "key": "id"})
        self.client.push("bare", [spam_or_ham(i) for i in range(60)], secret=SECRET)
        self.client.create_project({"name": "bare", "kind": "classification", "source": "bare", "class": [{"name": "spam"}, {"name": "ham"}]})
        self.client.push_labels("bare", ({"key": f"m{i}", "label": spam_or_ham(i)["label"]} for i in range(60)))
        self.client.create_snapshot("bare-1", project="bare", split="0.6,0.2,0.2")
        job = self.client.train("bare-1", "softmax")
        with mock.patch.object(logging.getLogger("tilth"), "warning") as warned, self.assertRaises(tilth.TilthError) as caught:
            self.client.wait(job, timeout=8)
        self.assertIn("no text, numbers or pixels to learn from", str(caught.exception))
        if isinstance(caught.exception, tilth.TimedOut):  # the service tries again; else it is JobFailed
            self.assertIn("no text, numbers or pixels to learn from", str(warned.call_args_list))
            self.client.cancel(job)

    def test_a_job_that_does_not_end_in_time_is_told_and_taken_back(self) -> None:
        self.labelled("late")
        self.client.create_snapshot("late-1", project="late", split="0.6,0.2,0.2")
        job = self.client.train("late-1", "boosting", tune="random:500")
        with self.assertRaisesRegex(tilth.TimedOut, f"job {job.id} \\(train\\): is (waiting|running) after 0.2 s; wait"):
            self.client.wait(job, timeout=0.2)
        self.client.cancel(job)
        with self.assertRaisesRegex(tilth.JobFailed, "cancelled"):
            self.client.wait(job, timeout=60)
        with self.assertRaises(tilth.NotFound):
            self.client.wait(999_999)


class Surroundings(ServiceTest):
    def test_the_client_of_the_environment(self) -> None:
        with mock.patch.dict(os.environ, {"TILTH_URL": self.service.url, "TILTH_TOKEN": self.service.token}):
            with tilth.Client.from_env(timeout=5) as client:
                self.assertEqual(client.whoami()["role"], "admin")
        for missing in ("TILTH_URL", "TILTH_TOKEN"):
            with mock.patch.dict(os.environ, {"TILTH_URL": "http://h", "TILTH_TOKEN": "t", missing: ""}):
                with self.assertRaisesRegex(tilth.BadSetting, f"{missing}: is not set"):
                    tilth.Client.from_env()

    def test_what_has_no_method_is_called(self) -> None:
        self.push_source("called")
        self.assertEqual(self.client.call("POST", "/sources/called/pause")["state"], "paused")
        kinds = self.client.call("GET", "/source-kinds")
        self.assertTrue(kinds)
        with self.assertRaisesRegex(tilth.BadAnswer, "is no list; use call"):
            next(self.client.pages("/session"))

    def test_every_path_of_the_client_is_one_of_the_api(self) -> None:
        described = {re.sub(r"\{[^}]*\}", "{}", path) for path in self.client.call("GET", "/openapi.json")["paths"]}
        source = (ROOT / "python/tilth/client.py").read_text()
        used = {"/api/v1" + re.sub(r"\{[^}]*\}", "{}", path) for path in re.findall(r'f?"(?:/api/v1)?(/[a-z][^" ]*)"', source)} - {"/api/v1/api/v1"}
        self.assertGreater(len(used), 20)
        self.assertEqual(used - described, set())

    def test_every_field_of_the_shapes_is_one_of_the_api(self) -> None:
        paths = self.client.call("GET", "/openapi.json")["paths"]
        lists = {
            tilth.Source: "/sources",
            tilth.SourceRun: "/sources/{source}/runs",
            tilth.Record: "/sources/{source}/records",
            tilth.Hit: "/sources/{source}/search",
            tilth.Reject: "/sources/{source}/rejects",
            tilth.Project: "/projects",
            tilth.GivenAnswer: "/projects/{project}/answers",
            tilth.Suggestion: "/projects/{project}/suggestions",
            tilth.Snapshot: "/snapshots",
            tilth.Run: "/runs",
            tilth.Job: "/jobs",
            tilth.Model: "/models",
        }
        for shape, path in lists.items():
            answer = paths["/api/v1" + path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            told = set(answer["properties"]["items"]["items"]["required"])
            self.assertEqual({each.name for each in dataclasses.fields(shape)} - {"more"} - told, set(), shape.__name__)


if __name__ == "__main__":
    unittest.main()
