#!/bin/sh
# Rows that are broken become rejects: counted, kept with their bytes, listed with the reason.
. "$(dirname "$0")/lib.sh"
cat >people.csv <<'CSV'
id,name,age
1,Ada,36
2,Grace
3,Edsger,72
CSV
expect "1 rejected" tilth ingest people.csv --source people --key id
expect "csv.too_few_fields" tilth rejects list --source people
