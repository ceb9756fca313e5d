#!/bin/sh
# A recipe: records stay as they are, models see them without markup and without personal data.
. "$(dirname "$0")/lib.sh"
cat >rules.toml <<'TOML'
key = ["id"]
body = ["body"]
TOML
printf '{"id": "1", "body": "<b>Write</b> to ada@example.org today"}\n' >letters.jsonl
tilth ingest letters.jsonl --source letters --map rules.toml
expect "1" tilth prepare add letters "$examples/prepare.toml" --note "no markup, no addresses"
expect "mask_pii" tilth prepare show letters
