#!/usr/bin/env bash
# node_check.sh FOLDER CASES: has the program CASES write files into a folder, and FOLDER/check.mjs compare them with what another implementation makes of
# them, from the npm packages that FOLDER locks. Exit code 77, which CTest shows as skipped, where there is no Node or they cannot be had.
set -eu
here=$1
cases=$2
name=$(basename "$cases")
command -v node >/dev/null 2>&1 || { echo "$name: there is no node; install nodejs" >&2; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Installed once, beside the build and not in the sources.
packages=$(dirname "$cases")/${name}_packages
if [ ! -e "$packages/node_modules/.package-lock.json" ]; then
    mkdir -p "$packages"
    cp "$here/package.json" "$here/package-lock.json" "$packages/"
    (cd "$packages" && npm ci --no-progress --loglevel=error) || { echo "$name: its packages could not be installed" >&2; exit 77; }
fi
cp "$here/check.mjs" "$packages/"
"$cases" "$folder"
node "$packages/check.mjs" "$folder"
