#!/usr/bin/env bash
# Runs a command with the local site's environment: with-env.sh COMMAND...
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
[ -e "$STATE/env" ] || fail "the local site is not running: npm run local"
# shellcheck source=/dev/null
. "$STATE/env"
PATH=$PWD/node_modules/.bin:$PATH exec "$@"
