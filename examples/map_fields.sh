#!/bin/sh
# Mapping rules say what is key, title, text and number.
. "$(dirname "$0")/lib.sh"
cat >items.jsonl <<'JSON'
{"sku": "a-1", "name": "Kettle", "description": "Boils a litre in two minutes", "price": 24.9}
{"sku": "a-2", "name": "Lamp", "description": "Warm light, no flicker", "price": 12.5}
JSON
expect "2 new" tilth ingest items.jsonl --source shop --map "$examples/mapping.toml"
expect "a-2" tilth records list --source shop --where "price < 20" --json
