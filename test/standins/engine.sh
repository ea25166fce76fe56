#!/usr/bin/env bash
# Takes the stand-ins through a life with the real engine: up, no change, change, policy, mistake, destroy.
# With the bed's cluster running it includes Kubernetes objects. 40 to 90 seconds; leaves nothing behind.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/local/bed/lib.sh"

environment=$("$root/local/plugins.sh")
eval "$environment"
work=$(mktemp -d)
export PULUMI_BACKEND_URL=file://$work/backend PULUMI_CONFIG_PASSPHRASE=standins
mkdir "$work/backend"
cp -r "$here/program" "$work/program"
cp "$root/tsconfig.json" "$work/program/"
ln -s "$root/node_modules" "$work/node_modules"
cd "$work/program"

finish() {
    pulumi destroy --yes --skip-preview >"$work/destroy.log" 2>&1 || cat "$work/destroy.log"
    rm -rf "$work"
}
trap finish EXIT

# expect WHAT PATTERN COMMAND...: the command's output must match; its exit status does not matter.
expect() {
    local what=$1 pattern=$2 output
    shift 2
    output=$("$@" 2>&1) || true
    grep -qE -- "$pattern" <<<"$output" || { say "FAILED: $what: no \"$pattern\" in:"; fail "$output"; }
    say "ok: $what"
}

# succeeds WHAT COMMAND...: the command must end with status 0.
succeeds() {
    local what=$1 output
    shift
    output=$("$@" 2>&1) || { say "FAILED: $what:"; fail "$output"; }
    say "ok: $what"
}

pulumi stack init trial >/dev/null 2>&1
pulumi config set --secret token s3cr3t-t0ken
created=4
if [ -s "$BED/kubeconfig" ]; then
    pulumi config set kubeconfigFile "$BED/kubeconfig"
    created=10
fi

expect "a first update creates" "\+ $created created" pulumi up --yes --skip-preview
succeeds "a second one changes nothing" pulumi preview --expect-no-changes
succeeds "a refresh changes nothing" pulumi refresh --yes --skip-preview --expect-no-changes
expect "a secret stays secret in outputs" '"tokenLength": "\[secret\]"' pulumi stack output --json
pulumi stack export --file "$work/state.json"
expect "the state holds no secret in clear text" '^0$' grep -c s3cr3t-t0ken "$work/state.json"
password=$(pulumi stack output generated --show-secrets)
expect "nor a generated password, plain" '^0$' grep -cF -- "$password" "$work/state.json"
expect "nor in base64" '^0$' grep -cF -- "$(printf %s "$password" | base64 -w0)" "$work/state.json"

pulumi config set greeting changed
expect "a changed input shows in the preview" 'hello update' pulumi preview
expect "and is applied" '[0-9]+ updated' pulumi up --yes --skip-preview

pulumi config set length 12
expect "a policy pack stops a preview" 'length is 12: it must be at least 16' pulumi preview --policy-pack policy
pulumi config set length 20

pulumi config set mistake true
expect "a user's mistake is one line" 'error: seamount:site.hosts\[0\].name: gpu_01' pulumi preview
expect "without a stack trace" '^0$' sh -c 'pulumi preview 2>&1 | grep -cE "^ +at |index.ts:"'
pulumi config rm mistake
expect "everything can be destroyed" '[0-9]+ deleted' pulumi destroy --yes --skip-preview
