#!/usr/bin/env bash
# Makes the tiny model once, checks that it is the model meant, and prints the folder that holds tiny-deepseek.gguf.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/../lib.sh"

make_model() {
    python3 "$here/tiny_deepseek.py" "$1/tiny-deepseek.gguf"
    cd "$1"
    sha256sum --check "$here/tiny-deepseek.sha256"
}

artefact tiny-deepseek make_model "$here/tiny_deepseek.py" "$here/tiny-deepseek.sha256"
