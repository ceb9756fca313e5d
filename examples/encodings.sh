#!/bin/sh
# A Russian table in windows-1251: the encoding is found out, or told.
. "$(dirname "$0")/lib.sh"
{ printf 'id,city\n'; printf '1,\315\356\342\363\351 \363\360\345\355\343\356\351\n2,\312\340\347\340\355\374 \343\356\360\356\344\n3,\321\340\354\340\360\340 \340\345\360\356\357\356\360\362\n'; } >cities.csv
expect "3 new" tilth ingest cities.csv --source cities --key id --encoding windows-1251
expect "Казань" tilth records list --source cities --json
expect "windows-1251" tilth inspect csv cities.csv
