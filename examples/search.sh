#!/bin/sh
# Full-text search, and where a record came from.
. "$(dirname "$0")/lib.sh"
cat >rules.toml <<'TOML'
key = ["id"]
title = "title"
body = ["body"]
TOML
cat >notes.jsonl <<'JSON'
{"id": "bees", "title": "On bees", "body": "A colony decides together where to live."}
{"id": "ants", "title": "On ants", "body": "They farm lice for honeydew."}
JSON
tilth ingest notes.jsonl --source notes --map rules.toml
expect "bees" tilth records search colony --source notes
expect "notes.jsonl" tilth records lineage bees --source notes --json
