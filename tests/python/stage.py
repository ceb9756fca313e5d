"""What the tests of the Python client stand on: the program in a home of its own, and a peer that harms what goes to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

import tilth  # noqa: E402

PROGRAM = os.environ.get("TILTH_PROGRAM", str(ROOT / "build/app/tilth"))
SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
RULES = 'key = ["id"]\nbody = ["body"]\n[[column]]\nname = "x"\nfield = "x"\nop = "number"\n[[column]]\nname = "y"\nfield = "y"\nop = "number"\n'


class Service:
    """`tilth up` with its own database and workers, and a user for each role."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="tilth-python-"))
        self.home.chmod(0o755)  # the database runs as a user of its own
        self.secret = self.home / "secret"
        self.secret.write_text(SECRET)
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.home, ignore_errors=True)
            raise

    def start(self) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "--home", str(self.home / "data"), "up", "--port", "0", "--sign-in"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = ""
        assert self.process.stdout
        for line in self.process.stdout:
            said += line
            if found := re.search(r"tilth is at (http://\S+)", said):
                self.url = found[1]
                break
        else:
            raise RuntimeError(f"tilth up ended: {said}")
        self.reader = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.reader.start()
        self.token = self.token_of("ann", "admin")

    def token_of(self, user: str, role: str, *words: str) -> str:
        said = subprocess.run(
            [PROGRAM, "--home", str(self.home / "data"), "--json", "token", "create", "--user", user, "--role", role, *words],
            check=True,
            capture_output=True,
            text=True,
        )
        return str(json.loads(said.stdout)["token"])

    def client(self, **settings: Any) -> tilth.Client:
        return tilth.Client(self.url, self.token, **settings)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.reader.join(10)
        if self.process.stdout:
            self.process.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)


class ServiceTest(unittest.TestCase):
    """Tests of one file share a service; each makes sources of its own."""

    service: Service

    @classmethod
    def setUpClass(cls) -> None:
        cls.service = Service()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.service.stop()

    def setUp(self) -> None:
        self.client = self.service.client()
        self.addCleanup(self.client.close)

    def push_source(self, name: str) -> str:
        self.client.add_source(name, "push", {"secrets": [f"file:{self.service.secret}"], "rules": RULES})
        return name

    def labelled(self, name: str, count: int = 240) -> list[dict[str, Any]]:
        """A source and a project of this name, with rows of two classes, all labelled."""
        rows = [spam_or_ham(i) for i in range(count)]
        self.push_source(name)
        self.client.push(name, rows, secret=SECRET)
        self.client.create_project({"name": name, "kind": "classification", "source": name, "class": [{"name": "spam"}, {"name": "ham"}]})
        self.client.push_labels(name, ({"key": row["id"], "label": row["label"]} for row in rows))
        return rows


def spam_or_ham(i: int) -> dict[str, Any]:
    spam = i % 2 == 0
    body = f"win a prize, money number {i * 7919} today" if spam else f"see you at dinner {i * 7919}, bring notes"
    return {"id": f"m{i}", "body": body, "x": i % 17 + (20 if spam else 0), "y": (i * 31) % 97, "label": "spam" if spam else "ham"}


class Peer:
    """Stands before a service and harms the requests by a list: 'pass', 'cut' (before the service has it), 'drop' (after, its
    answer is lost), 'half' (of the answer), 'stall', or whole bytes that it answers itself. Behind its end all pass."""

    def __init__(self, url: str, *plan: str | bytes) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.plan = list(plan)
        self.seen: list[bytes] = []
        peer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while (asked := read_message(self.rfile)) is not None:
                    peer.seen.append(asked)
                    deed = peer.plan.pop(0) if peer.plan else "pass"
                    if isinstance(deed, bytes):
                        self.wfile.write(deed)
                        return
                    if deed == "cut":
                        return
                    if deed == "stall":
                        peer.ended.wait(10)
                        return
                    with socket.create_connection((host, int(port))) as service:
                        service.sendall(asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
                        answer = b"".join(iter(lambda: service.recv(65536), b""))
                    if deed == "drop":
                        return
                    self.wfile.write(answer[: len(answer) // 2] if deed == "half" else answer)
                    return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.ended = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


def read_message(stream: Any) -> bytes | None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head + (stream.read(int(length[1])) if length else b"")


def answer(status: str, body: str = "", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body.encode()
