#!/usr/bin/env bash
# `npm run bench:preview`: how a preview of the production site grows with its hosts. See README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
# shellcheck source=local/progress.sh
. local/progress.sh

usage="Usage: npm run bench:preview -- [HOSTS]…
Previews the production site grown to so many hosts, at least 20 and at most 4000; by default 100, 300 and 1000."
case ${1:-} in
-h | --help) echo "$usage" && exit ;;
esac
[ $# -gt 0 ] || set -- 100 300 1000
for count; do
    [[ $count =~ ^[1-9][0-9]{1,3}$ && $count -ge 20 && $count -le 4000 ]] || { echo "$usage" >&2; exit 2; }
done
[ "$(uname -s)" = Linux ] || fail "npm run bench:preview reads memory from /proc, which only Linux has"

step "Packages of this machine" local/prepare.sh
step "Pulumi and its plugins" local/environment.sh
# shellcheck source=/dev/null
. "$STATE/env"
node_modules/.bin/tsx bench/preview.ts "$@"
