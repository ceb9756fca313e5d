#!/bin/sh
# A table of semicolons and decimal commas, twice: the second time only what changed is stored.
. "$(dirname "$0")/lib.sh"
cat >prices.csv <<'CSV'
id;article;price
1;Kettle;24,90
2;Toaster;31,00
3;Lamp;12,50
CSV
expect "3 new" tilth ingest prices.csv --source prices --key id
sed 's/12,50/14,50/' prices.csv >later.csv
expect "1 changed + 2 unchanged" tilth ingest later.csv --source prices --key id
expect "Kettle" tilth records list --source prices --json
