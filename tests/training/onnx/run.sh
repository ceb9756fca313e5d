#!/usr/bin/env bash
# run.sh CASES: has the program CASES write models and what they say of random rows, and compares with what onnxruntime makes of them.
# Exit code 77, which CTest shows as skipped, where there is no Node or its package cannot be had.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v node >/dev/null 2>&1 || { echo "onnx_test: there is no node; install nodejs" >&2; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Installed once, beside the build and not in the sources.
packages=$(dirname "$1")/onnx_packages
if [ ! -d "$packages/node_modules/onnxruntime-node" ]; then
    mkdir -p "$packages"
    cp "$here/package.json" "$here/package-lock.json" "$packages/"
    (cd "$packages" && npm ci --no-progress --loglevel=error) || { echo "onnx_test: onnxruntime-node could not be installed" >&2; exit 77; }
fi
cp "$here/check.mjs" "$packages/"
"$1" "$folder"
node "$packages/check.mjs" "$folder"
