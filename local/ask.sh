#!/usr/bin/env bash
# `npm run local:ask -- QUESTION`: a chat completion from the local site, over TLS and with the API key.
# The key goes to curl over standard input, so that no process list shows it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
[ -e "$STATE/env" ] || fail "the local environment is not running: npm run local"
# shellcheck source=/dev/null
. "$STATE/env"

outputs=$(pulumi stack output --stack "${STACK:-local}" --show-secrets --json)
field() { node -e 'console.log(process.argv.slice(1).reduce((value, key) => value[key], JSON.parse(require("fs").readFileSync(0))))' "$@" <<<"$outputs"; }
model=${MODEL:-tiny-deepseek}
body=$(node -p 'JSON.stringify({ model: process.argv[1], max_tokens: 16, messages: [{ role: "user", content: process.argv[2] }] })' "$model" "${1:-Hello}")
printf 'Authorization: Bearer %s\n' "$(field apiKeys "$model")" |
    curl --silent --show-error --fail-with-body --max-time 60 --tlsv1.3 --cacert <(field caCertificate) \
        --header @- --header 'Content-Type: application/json' --data "$body" "$(field endpoints "$model")/chat/completions" |
    node -p 'JSON.parse(require("fs").readFileSync(0)).choices[0].message.content.trim()'
