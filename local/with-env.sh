#!/usr/bin/env bash
# Runs a command with the local site's environment: with-env.sh COMMAND...
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
case ${1:-} in
'' | -*) echo "Usage: local/with-env.sh COMMAND [ARGUMENT…]: runs COMMAND with the environment of the local site" >&2 && exit 2 ;;
esac
[ -e "$STATE/env" ] || fail "the local site is not running: npm run local"
# shellcheck source=/dev/null
. "$STATE/env"
PATH=$PWD/node_modules/.bin:$PATH exec "$@"
