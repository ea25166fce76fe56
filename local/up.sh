#!/usr/bin/env bash
# `npm run local`: from a bare machine to a served token.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=local/bed/lib.sh
. local/bed/lib.sh
# shellcheck source=local/progress.sh
. local/progress.sh

usage() {
    cat <<'TEXT'
Usage: npm run local

Starts a whole site on this machine and serves a model on it: two systemd hosts, a Kubernetes
control plane with one real node and four simulated 8 × H200 nodes, configured by `pulumi up`.
What is missing is installed or built once (about 20 minutes on 2 cores); a second run is quick
and changes nothing.

  npm run local:down     stop it and remove all of it, caches excepted
  npm run local:ask      ask the model something over TLS

Needs Linux, root, 2 cores, 24 GiB of memory, Node 20 and Go 1.26. Built things are kept in
${SEAMOUNT_CACHE:-~/.cache/seamount}, the state in ${XDG_STATE_HOME:-~/.local/state}/seamount.
TEXT
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
'') ;;
*) usage >&2 && exit 2 ;;
esac

if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
    fail "npm run local starts systemd hosts and a kubelet, which needs Linux and root: this is $(uname -s), user $(id -un).
What works here without them:
  npm run test:unit             every unit test
  npm run check                 types, lint and format
  pulumi preview --stack prod   the plan of a site, with an installed Pulumi"
fi

start=$SECONDS
step "Packages of this machine" local/prepare.sh --bed
step "Pulumi and its plugins" local/environment.sh
# shellcheck source=/dev/null
. "$STATE/env"
step "Hosts" local/bed/hosts.sh up metal-1 metal-2
step "Kubernetes" local/bed/kubernetes.sh up

deploy() {
    pulumi stack select local 2>/dev/null || pulumi stack init local
    pulumi up --stack local --yes --skip-preview --suppress-outputs --color "$([ -t 1 ] && echo always || echo never)"
}
step "pulumi up --stack local" deploy

question="What is a seamount?"
answer=$(step "Asking the model" node_modules/.bin/tsx local/ask.ts "$question")

short() { printf '%s' "${1/#$HOME/\~}"; }
cat <<TEXT

The site runs, after $((SECONDS - start)) s.
  asked       $question
  answered    $answer
              (gibberish: the tiny model has DeepSeek's architecture and random weights)
  endpoint    $(pulumi stack output --stack local --json endpoints | node -p 'JSON.parse(fs.readFileSync(0))["tiny-deepseek"]')
  hosts       metal-1 (10.88.0.11), metal-2 (10.88.0.12)
  kubeconfig  $(short "$BED")/kubeconfig
  logs        $(short "$BED")/logs

What to try next:
  . $(short "$STATE")/env          # in each new shell: Pulumi and this site's settings
  npm run -s local:ask -- "Hello"                # a chat completion over TLS 1.3; docs/model-services.md has it with curl
  pulumi preview --stack local                   # nothing to change
  local/bed/kubernetes.sh kubectl get pods -A    # the cluster
  ssh -F $(short "$BED")/ssh_config metal-1 sysctl -w vm.swappiness=60
  pulumi preview --stack local                   # shows that item on that host; pulumi up puts it right
  npm run local:down                             # remove all of it
TEXT
