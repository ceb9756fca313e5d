#!/usr/bin/env python3
"""make.py TILTH FOLDER: with the program of a release, a database that holds something of each kind, backed up into FOLDER, and in
FOLDER/said.json what that program says of it. release_test reads it with today's program; run this when a release is made, and keep FOLDER here."""
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import zlib

tilth, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
work = pathlib.Path("/tmp/tilth-release")  # paths of inputs are kept with records
shutil.rmtree(work, ignore_errors=True)
(work / "in" / "pictures").mkdir(parents=True)


def run(*words, given=None):
    ended = subprocess.run(
        [tilth, "--home", work / "home", "--json", "--quiet", *words], input=given, text=True, capture_output=True
    )
    if ended.returncode != 0:
        sys.exit(f"{words}: exit {ended.returncode}: {ended.stderr}")
    return [line for line in ended.stdout.splitlines() if line]


def write(name, text):
    path = work / "in" / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def png(shade):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([shade, 255 - shade, shade, 0]) for _ in range(4))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def table(rows):
    text = "id,kind,weight,words\n"
    for i in range(rows):
        animal = i % 2 == 0
        wrong = i * 7919 % 101 < 5
        text += f"r{i},{'animal' if animal != wrong else 'machine'},{20 + i % 30 if animal else 300 + i % 500},"
        text += f"{'dog barks loudly' if animal else 'engine burns fuel'} on occasion number {i * 37 % 601}\n"
    return text


rules = write("rules.toml", 'key = "id"\nbody = "words"\n[[column]]\nname = "weight"\nfield = "weight"\nop = "number"\n')
run("ingest", write("t.csv", table(300)), "--source", "things", "--map", rules)
run("ingest", write("t.csv", table(300).replace("r7,", "r7,changed", 1) + "r300,animal,lots,x\n"), "--source", "things", "--map", rules)
for i in range(6):
    write(f"pictures/p{i}.png", png(40 * i))
run("ingest", str(work / "in" / "pictures"), "--source", "pictures", "--format", "images")
page = "<html><head><title>A page</title></head><body><main><p>" + "Some words that say something of it. " * 200 + "</p></main></body></html>"
run("ingest", write("page.html", page), "--source", "pages", "--format", "html")
run("ingest", write("broken.jsonl", '{"id": 1, "text": "one"}\n{"id": 2, "text"\n'), "--source", "broken", "--key", "id")
project = write(
    "p.toml",
    'name = "p"\nkind = "classification"\nsource = "things"\noverlap = 3\n[[class]]\nname = "animal"\n[[class]]\nname = "machine"\n',
)
run("label", "project", "create", project)
run("label", "project", "import", "--project", "p", "--field", "kind", "--share", "0.8")
run("label", "queue", "p", "--add", "20")
run("label", "simulate", "p", "--field", "kind", "--annotator", "a:0.1", "--annotator", "b:0.2", "--annotator", "c:0.1")
run("label", "truth", "p", "--method", "ds")
run("quality", "profile", "things")
run("quality", "duplicates", "things")
run("snapshot", "create", "p-1", "--project", "p")
for kind in ("majority", "softmax", "boosting"):
    run("train", "p-1", "--model", kind)

asked = [
    ["records", "list", "--source", "things", "--limit", "1000"],
    ["records", "list", "--source", "pictures"],
    ["records", "list", "--source", "pages"],
    ["records", "lineage", "r0", "--source", "things"],
    ["rejects", "list", "--source", "broken"],
    ["label", "project", "show", "p"],
    ["label", "agreement", "p"],
    ["snapshot", "list"],
    ["snapshot", "verify", "p-1"],
    ["runs", "list"],
    ["model", "list"],
    ["model", "predict", "p-softmax", "-"],
    ["model", "predict", "p-boosting", "-"],
]
given = "".join(json.dumps({"body": text, "weight": weight}) + "\n" for text, weight in (("dog barks", 25), ("engine burns", 400), ("", 1)))
said = [{"words": words, "given": given if words[-1] == "-" else "", "lines": run(*words, given=given)} for words in asked]
shutil.rmtree(folder, ignore_errors=True)
run("db", "backup", str(folder))
(folder / "said.json").write_text(json.dumps(said, indent=0) + "\n")
print(f"{folder}: {sum(len(one['lines']) for one in said)} lines said")
