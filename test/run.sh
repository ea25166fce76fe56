#!/usr/bin/env bash
# `npm test`: the unit tests, then the end-to-end tests on the bed, which is started if it is not running.
# Ends with one line that counts both. `npm test -- --unit` stops after the unit tests.
set -euo pipefail
cd "$(dirname "$0")/.."

case $#${1:-} in
0 | 1--unit) ;;
*) echo "Usage: npm test, or npm run test:unit for the unit tests alone" >&2 && exit 2 ;;
esac

end_to_end=$([ "${1:-}" != --unit ] && [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && echo yes || echo no)
if [ "$end_to_end" = yes ]; then
    local/prepare.sh --bed
else
    local/prepare.sh
fi
SEAMOUNT_TALLY=$(mktemp)
export SEAMOUNT_TALLY
status=0
node_modules/.bin/mocha 'test/!(e2e)/**/*.spec.ts' || status=1

if [ "${1:-}" != --unit ]; then
    if [ "$end_to_end" = yes ]; then
        test/e2e/run.sh || status=1
    else
        echo "The end-to-end tests start systemd hosts and a kubelet, which needs Linux and root: not run." >&2
        echo "0 0 1" >>"$SEAMOUNT_TALLY"
    fi
fi

awk '{ passed += $1; failed += $2; skipped += $3 } END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$SEAMOUNT_TALLY"
rm -f "$SEAMOUNT_TALLY"
exit "$status"
