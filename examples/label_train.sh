#!/bin/sh
# From a labelled table to a judged model: ingest, project, snapshot, train, errors, report, prediction.
. "$(dirname "$0")/lib.sh"
{
    printf 'id,body,label\n'
    i=0
    while [ $i -lt 240 ]; do
        printf '%d,"win a prize now, claim your free money number %d, call today",spam\n' $((2 * i)) $i
        printf '%d,"see you at dinner on day %d, bring the notes from the meeting please",ham\n' $((2 * i + 1)) $i
        i=$((i + 1))
    done
} >messages.csv
cat >rules.toml <<'TOML'
key = ["id"]
body = ["body"]
TOML
tilth ingest messages.csv --source messages --map rules.toml
tilth label project create "$examples/spam.toml"
expect "480" tilth label project import --project spam --field label
tilth snapshot create spam-1 --project spam --split 0.6,0.2,0.2
expect "majority" tilth train spam-1 --model majority
expect "accuracy" tilth train spam-1 --model softmax
expect "softmax" tilth runs list
tilth errors 2
tilth report 2 --out report.html
grep -q "<html" report.html
