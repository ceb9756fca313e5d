# What each example begins with: a home of its own that goes when it ends, and the program ($TILTH, or the one in build/).
set -eu
examples=$(cd "$(dirname "$0")" && pwd)
program=${TILTH:-$examples/../build/app/tilth}
home=$(mktemp -d /tmp/tilth-example-XXXXXX)
chmod 755 "$home"
trap 'rm -rf "$home"' EXIT
cd "$home"
tilth() { "$program" --home "$home/tilth" --quiet "$@"; }
# expect TEXT COMMAND...: shows what the command prints, and fails unless TEXT is in it.
expect() {
    wanted=$1
    shift
    printed=$("$@" 2>&1) || { printf '%s\n' "$printed"; echo "example: failed: $*" >&2; exit 1; }
    printf '%s\n' "$printed"
    case $printed in *"$wanted"*) ;; *) echo "example: '$wanted' is not in what this printed: $*" >&2; exit 1 ;; esac
}
# refused CODE TEXT COMMAND...: the command must end with this exit code and say TEXT.
refused() {
    code=$1
    wanted=$2
    shift 2
    got=0
    printed=$("$@" 2>&1) || got=$?
    printf '%s\n' "$printed"
    [ "$got" = "$code" ] || { echo "example: exit code $got instead of $code: $*" >&2; exit 1; }
    case $printed in *"$wanted"*) ;; *) echo "example: '$wanted' is not in what this printed: $*" >&2; exit 1 ;; esac
}
