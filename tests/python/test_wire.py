"""Cuts, 429, 503, wrong tokens and peers that are no tilth: what is done once stays done once, and every end is told."""

from __future__ import annotations

import logging
import pickle
import unittest
import uuid
from pathlib import Path
from typing import Any, Callable, Iterator

from stage import SECRET, Peer, ServiceTest, answer, spam_or_ham, tilth

BUSY = answer("503 Service Unavailable", '{"title": "Busy", "status": 503, "detail": "too many requests are waiting"}', "Retry-After: 0")
MANY = answer("429 Too Many Requests", '{"title": "Too many", "status": 429, "detail": "wait"}')


class Wire(ServiceTest):
    def through(self, *plan: str | bytes, **settings: Any) -> tuple[tilth.Client, Peer]:
        peer = Peer(self.service.url, *plan)
        self.addCleanup(peer.stop)
        client = tilth.Client(peer.url, self.service.token, **{"backoff": 0.01, "retries": 4, "timeout": 20.0, **settings})
        self.addCleanup(client.close)
        return client, peer

    def client_of(self, token: str) -> tilth.Client:
        client = tilth.Client(self.service.url, token)
        self.addCleanup(client.close)
        return client

    def fails(self, kind: type[Exception], client: tilth.Client) -> str:
        with self.assertRaises(kind) as caught:
            client.whoami()
        said = str(caught.exception)
        self.assertNotIn("\n", said)
        self.assertNotIn(self.service.token, said)
        return said

    def test_a_read_outlives_every_kind_of_cut(self) -> None:
        client, peer = self.through("cut", "half", BUSY, MANY)
        self.assertEqual(client.whoami()["name"], "ann")
        self.assertEqual(len(peer.seen), 5)

    def test_tries_end(self) -> None:
        client, peer = self.through(*["cut"] * 9, retries=2)
        self.assertIn("tried 3 times", self.fails(tilth.ConnectionLost, client))
        self.assertEqual(len(peer.seen), 3)
        client, peer = self.through(*[BUSY] * 9, retries=2)
        self.assertIn("503 Busy: too many requests are waiting", self.fails(tilth.Busy, client))
        self.assertEqual(len(peer.seen), 3)

    def test_who_asks_for_a_longer_wait_than_allowed_gets_no_further_try(self) -> None:
        late = answer("429 Too Many Requests", '{"title": "Too many", "status": 429, "detail": "wait"}', "Retry-After: 3600")
        client, peer = self.through(late, longest_wait=1.0)
        self.fails(tilth.Busy, client)
        self.assertEqual(len(peer.seen), 1)

    def test_a_silent_service_is_timed_out(self) -> None:
        client, _ = self.through("stall", "stall", timeout=0.3, retries=1)
        self.assertIn("no answer in time", self.fails(tilth.TimedOut, client))

    def test_a_write_whose_answer_is_lost_is_done_once(self) -> None:
        client, peer = self.through("drop", "half")
        name = "once-" + uuid.uuid4().hex[:8]
        client.call("POST", "/sources", body={"name": name, "kind": "push", "spec": {"secrets": ["env:NONE"], "key": "id"}})
        keys = {line for asked in peer.seen for line in asked.split(b"\r\n") if line.lower().startswith(b"idempotency-key")}
        self.assertEqual((len(peer.seen), len(keys)), (3, 1))
        self.assertEqual([one.name for one in self.client.sources()].count(name), 1)
        with self.assertRaises(tilth.Conflict):  # the same wish again is another one
            client.call("POST", "/sources", body={"name": name, "kind": "push", "spec": {"secrets": ["env:NONE"], "key": "id"}})

    def test_a_push_whose_answer_is_lost_is_taken_once(self) -> None:
        self.push_source("pushed-once")
        client, peer = self.through("drop")
        counts = client.push("pushed-once", [spam_or_ham(i) for i in range(50)], secret=SECRET)
        self.assertEqual((counts.sent, counts.repeated, len(peer.seen)), (50, 50, 2))
        run = next(self.client.source_runs("pushed-once"))
        self.assertEqual((run.read, run.added), (50, 50))

    def test_an_export_that_is_cut_is_no_shorter_list(self) -> None:
        self.labelled("cut-short", 200)
        client, _ = self.through("half")
        seen = []
        with self.assertRaisesRegex(tilth.ConnectionLost, r"after \d+ lines"):
            for one in client.labels("cut-short"):
                seen.append(one)
        self.assertTrue(0 < len(seen) < 200)
        self.assertEqual(len(list(client.labels("cut-short"))), 200)

    def test_an_export_that_is_cut_between_chunks_is_no_shorter_list(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        lines = b"".join(b'{"key": "k%d", "label": "a"}\n' % i for i in range(3))
        chunk = b"%x\r\n%s\r\n" % (len(lines), lines)
        cases = [(head, 0), (head + chunk, 3), (head + chunk + chunk, 6), (head + chunk[:-2], 3), (head + chunk + b"5\r\n{", 3), (head + chunk + b"zz\r\n", 3)]
        for cut, count in cases:
            client, _ = self.through(cut, retries=0)
            seen = []
            with self.assertRaisesRegex(tilth.ConnectionLost, f"ended too early, after {count} lines", msg=str(cut)):
                for one in client.labels("p"):
                    seen.append(one.key)
            self.assertEqual(len(seen), count)
            client, _ = self.through(cut, retries=0)
            self.fails(tilth.ConnectionLost, client)
        client, _ = self.through(head + chunk + b'1c\r\n{"key": "last", "label": "a"\r\n1\r\n}\r\n0\r\n\r\n')
        self.assertEqual([one.key for one in client.labels("p")], ["k0", "k1", "k2", "last"])

    def test_rows_that_throw_half_way_leave_what_was_sent(self) -> None:
        self.push_source("half-way")

        def rows() -> Iterator[dict[str, Any]]:
            for i in range(1500):
                yield spam_or_ham(i)
            raise RuntimeError("the disk is gone")

        with self.assertRaisesRegex(RuntimeError, "the disk is gone") as caught:
            self.client.push("half-way", rows(), secret=SECRET)
        self.assertEqual(caught.exception.__notes__, ["tilth: 1000 records were sent before and stay; sending all again counts these as unchanged"])
        again = self.client.push("half-way", (spam_or_ham(i) for i in range(1500)), secret=SECRET)
        self.assertEqual((again.added, again.unchanged), (500, 1000))

    def test_wrong_tokens_and_roles(self) -> None:
        for token in ("wrong", self.service.token[:-1], "x" * 5000):
            self.fails(tilth.Unauthorized, self.client_of(token))
        labeler = self.client_of(self.service.token_of("leo", "labeler"))
        with self.assertRaises(tilth.Forbidden):
            next(labeler.sources())
        reader = self.client_of(self.service.token_of("rea", "operator", "--scope", "read"))
        self.assertIsNotNone(list(reader.sources()))
        with self.assertRaises(tilth.Forbidden):
            reader.add_source("x", "push", {"secrets": ["env:NONE"], "key": "id"})
        with self.assertRaises(tilth.Unauthorized):
            self.client.push(self.push_source("signed"), [spam_or_ham(1)], secret="another")

    def test_settings_that_cannot_be_used(self) -> None:
        for url in ("", "localhost:8080", "ftp://x", "http://", "http://a:99999", "http://u:secret@h", "http://h?x=1", "http://h\r\nX: 1"):
            with self.assertRaises(tilth.BadSetting) as caught:
                tilth.Client(url, "t")
            self.assertNotIn("secret", str(caught.exception))
        for token in ("", "a b", "a\r\nX: y", "ä"):
            with self.assertRaises(tilth.BadSetting):
                tilth.Client("http://localhost", token)
        with self.assertRaises(tilth.BadSetting):
            tilth.Client("http://localhost", "t", timeout=0)

    def test_peers_that_are_no_tilth(self) -> None:
        page = answer("200 OK", "<html>hello</html>", "Content-Type: text/html")
        client, _ = self.through(page, answer("200 OK", "[1]"), answer("404 Not Found", "<html>\nnginx</html>"), b"SSH-2.0-OpenSSH\r\n", retries=0)
        self.assertIn("no JSON", self.fails(tilth.BadAnswer, client))
        with self.assertRaises(tilth.BadAnswer):
            next(client.sources())
        self.assertIn("no answer of tilth: <html> nginx</html>", self.fails(tilth.NotFound, client))
        self.fails(tilth.ConnectionLost, client)
        moved = answer("302 Found", "", "Location: https://elsewhere/")
        client, peer = self.through(moved)
        self.assertIn("leads to https://elsewhere/", self.fails(tilth.BadRequest, client))
        self.assertEqual(len(peer.seen), 1)
        client, _ = self.through(answer("200 OK", '{"items": [], "next": "a"}'), answer("200 OK", '{"items": [], "next": "a"}'))
        with self.assertRaisesRegex(tilth.BadAnswer, "does not go on"):
            list(client.sources())

    def test_answers_of_another_kind_are_told(self) -> None:
        page = answer("200 OK", "<html>Sign in to the network</html>", "Content-Type: text/html")
        odd = [page, *(answer("200 OK", body) for body in ("{}", "[1]", "3", "null", '{"items": [{}]}', '{"items": [3]}', '{"items": 1}', ""))]
        asked: list[Callable[[tilth.Client], object]] = [
            lambda client: client.whoami(),
            lambda client: client.project("p"),
            lambda client: client.train("s", "softmax"),
            lambda client: list(client.records("s")),
            lambda client: list(client.predict("m", [{"x": 1}])),
            lambda client: client.wait(1, timeout=1),
        ]
        for one in odd:
            for ask in asked:
                client, _ = self.through(*[one] * 5, retries=0)
                with self.assertRaises(tilth.BadAnswer, msg=str(one)) as caught:
                    ask(client)
                self.assertNotIn("\n", str(caught.exception))
        client, _ = self.through(page, retries=0)
        with self.assertRaises(tilth.BadAnswer):
            list(client.labels("p"))
        for body in ("[3]", '{"new": "many"}', '{"rejected": {"nix": null}}'):
            client, _ = self.through(answer("200 OK", body), retries=0)
            with self.assertRaises(tilth.BadAnswer):
                client.push_labels("p", [{"key": "a", "label": "b"}])
        deep = answer("400 Bad Request", "[" * 100_000)
        client, _ = self.through(deep, retries=0)
        self.fails(tilth.BadRequest, client)

    def test_paths_and_texts_that_cannot_be_sent(self) -> None:
        client, peer = self.through()
        for path in ("jobs", "", "/a b", "/a\r\nX: y", "/ä", "/\ud800", "/jobs?state=failed", "/jobs#x"):
            with self.assertRaises(tilth.BadSetting, msg=repr(path)):
                client.call("GET", path)
        with self.assertRaises(tilth.BadSetting):
            client.call("FETCH", "/jobs")
        half: list[Callable[[], object]] = [
            lambda: client.project("\ud800"),
            lambda: list(client.records("s", where="x = '\ud800'")),
            lambda: client.call("POST", "/jobs", body={"\ud800": 1}),
            lambda: client.upload("s", "\ud800", name="a.csv"),
            lambda: client.push_labels("p", [{"key": "\ud800"}]),
            lambda: client.push("s", [{"a": 1}], secret="\ud800"),
            lambda: client.upload("s", Path("/no/such\nfile.csv")),
            lambda: client.upload("s", Path("/")),
        ]
        for ask in half:
            with self.assertRaises((tilth.BadSetting, tilth.BadRecord)) as caught:
                ask()
            self.assertNotIn("\n", str(caught.exception))
            str(caught.exception).encode()
        self.assertEqual(peer.seen, [])

    def test_no_secret_is_shown_or_logged(self) -> None:
        client, _ = self.through("cut", BUSY)
        with self.assertLogs("tilth", logging.DEBUG) as logged:
            client.whoami()
        self.assertEqual(len(logged.output), 2)
        self.assertNotIn(self.service.token, repr(client) + str(client) + "".join(logged.output))
        self.assertNotIn(self.service.token, repr(client._http.request("POST", "/x")))
        with self.assertRaisesRegex(TypeError, "holds a token"):
            pickle.dumps(client)

    def test_a_closed_client_says_so(self) -> None:
        with self.service.client() as client:
            client.whoami()
        self.assertIn("closed", self.fails(tilth.TilthError, client))

    def test_connections_are_kept_and_found_again(self) -> None:
        self.client.whoami()
        first = self.client._http._idle[-1]
        self.client.whoami()
        self.assertIs(self.client._http._idle[-1], first)
        assert first.sock
        first.sock.close()  # as a service does that was started anew
        self.assertEqual(self.client.whoami()["name"], "ann")


if __name__ == "__main__":
    unittest.main()
