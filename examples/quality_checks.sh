#!/bin/sh
# Checks of a table; one that blocks ends with exit code 1.
. "$(dirname "$0")/lib.sh"
printf 'id,name,age\n1,Ada,36\n2,Grace,85\n3,Edsger,720\n' >people.csv
tilth ingest people.csv --source people --key id
refused 1 "age" tilth quality check people --rules "$examples/checks.toml"
expect "3" tilth quality profile people
