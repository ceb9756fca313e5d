#!/bin/sh
# Drives the browser application with a real Chromium against a real service and database.
#
#     tests/web/run.sh SUITE BUILD/tests/api/serve_fixture BUILD/app/tilth      SUITE.test.mjs beside this file
#
# Needs npm and Debian's chromium. Builds web/dist if it is older than its sources.
set -eu
suite=$1
fixture=$2
program=$3
here=$(cd "$(dirname "$0")" && pwd)
web=$here/../../web

for tool in npm node; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool: not found; install nodejs and npm" >&2; exit 1; }
done
[ -x /usr/bin/chromium ] || { echo "run.sh: /usr/bin/chromium: not found; install chromium" >&2; exit 1; }

cd "$web"
[ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ] ||
  { npm ci --no-progress --loglevel=error && touch node_modules/.package-lock.json; }
if [ ! -f dist/index.html ] || [ -n "$(find src public index.html vite.config.ts -newer dist/index.html -print -quit)" ]; then
  npm run --silent build -- --logLevel warn
fi
exec node "$here/$suite.test.mjs" "$fixture" "$program" "$web/dist"
