#!/bin/sh
# What robots.txt allows, asked for without a crawl.
. "$(dirname "$0")/lib.sh"
cat >questions.jsonl <<'JSON'
{"robots": "User-agent: *\nDisallow: /private/\nAllow: /private/open", "agent": "tilth", "url": "https://example.org/private/open/1"}
{"robots": "User-agent: *\nDisallow: /private/", "agent": "tilth", "url": "https://example.org/private/2"}
JSON
answers() { "$program" inspect robots <questions.jsonl; }
expect '"allowed":true' answers
expect '"allowed":false' answers
