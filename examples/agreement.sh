#!/bin/sh
# How far raters agree, from a plain file.
. "$(dirname "$0")/lib.sh"
cat >ratings.csv <<'CSV'
unit,rater,rating
1,ada,yes
1,bob,yes
2,ada,no
2,bob,no
3,ada,yes
3,bob,no
4,ada,no
4,bob,no
CSV
expect '"value":0.5' tilth agreement --metric cohen --input ratings.csv
