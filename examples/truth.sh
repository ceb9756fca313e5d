#!/bin/sh
# The truth from contradicting answers: who is right more often counts for more.
. "$(dirname "$0")/lib.sh"
cat >answers.csv <<'CSV'
question,worker,answer
q1,ada,cat
q1,bob,cat
q1,eve,dog
q2,ada,dog
q2,bob,dog
q2,eve,cat
q3,ada,cat
q3,bob,cat
q3,eve,cat
CSV
expect "q1,cat" tilth truth --method mv --input answers.csv
