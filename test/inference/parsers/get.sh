#!/usr/bin/env bash
# `npm run parsers`: fetches the released engines whose own parsers read Seamount's command lines in
# test/inference/parsers.spec.ts, about 160 MB from the Python package index, and prints the folder that holds them.
# With --if-there: prints the folder where it is there already, and nothing otherwise.
# For Python 3.11 on x86-64. Nothing of the engines is compiled or run but their parsers.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/../../../local/bed/lib.sh"

get_parsers() {
    local out=$1
    python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || fail "this needs Python 3.11"
    python3 -m pip install --quiet --no-deps --require-hashes --only-binary :all: --target "$out/packages" \
        --requirement "$here/packages.txt"
    # vLLM's wheel is 340 MB of kernels; its sources have the parser too, and pip cannot get sources without building.
    curl --fail --silent --show-error --location --output "$out/vllm.tar.gz" \
        https://files.pythonhosted.org/packages/f7/25/aa5684e9c59d6fc75f78926b7f15e8d9adc7de2d9e6e7575b80776ad8169/vllm-0.33.0.tar.gz
    echo "f4c33c2503d52bb411146afa9618a4f48bed68912f617e6803ac8d76e4c74112  $out/vllm.tar.gz" | sha256sum --check --quiet
    tar -xzf "$out/vllm.tar.gz" -C "$out/packages" --strip-components=1 --wildcards 'vllm-*/vllm/*.py'
    rm "$out/vllm.tar.gz"
    find "$out/packages" -name '*.so' -size +5M -delete
}

if [ "${1:-}" = --if-there ]; then
    folder=$CACHE/engine-parsers-$(cat -- "$here/get.sh" "$here/packages.txt" | sha256sum | cut -c1-12)
    if [ -d "$folder" ]; then echo "$folder"; fi
    exit 0
fi
artefact engine-parsers get_parsers "$here/get.sh" "$here/packages.txt"
