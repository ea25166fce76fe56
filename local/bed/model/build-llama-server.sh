#!/usr/bin/env bash
# Builds llama.cpp's server once, and the program that lends a host's memory and processors to a server elsewhere, and
# prints the folder that holds `llama-server` and `ggml-rpc-server`.
# The sources are those that llama-cpp-python's source distribution carries: the package registry serves it, and its
# hash is pinned. 9 minutes of processor time; C++ is compiled at -O1, enough for a model of a million weights.
# The binary runs on any x86-64 processor with AVX2, FMA, F16C and BMI2 (Intel since 2013, AMD since 2015).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=local/bed/lib.sh
. "$here/../lib.sh"

build_llama_server() {
    local out=$1 work=$1/work program
    mkdir "$work"
    # pip asks a source distribution for its metadata, so the build backend is fetched too, at the version pinned.
    PIP_CONSTRAINT=$here/build-backend.txt python3 -m pip download --quiet --no-deps --no-binary llama-cpp-python \
        --require-hashes --dest "$work" --requirement "$here/llama-sources.txt"
    tar -xzf "$work"/llama_cpp_python-*.tar.gz -C "$work" --strip-components=1
    cmake -S "$work/vendor/llama.cpp" -B "$work/build" -G Ninja \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE='-O1 -DNDEBUG' -DBUILD_SHARED_LIBS=OFF \
        -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DGGML_CCACHE=OFF -DGGML_RPC=ON -DGGML_RPC_RDMA=OFF \
        -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF \
        -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF
    time nice -n 5 cmake --build "$work/build" --target llama-server ggml-rpc-server --parallel "$(nproc)"
    for program in llama-server ggml-rpc-server; do strip -o "$out/$program" "$work/build/bin/$program"; done
    cp "$work/vendor/llama.cpp/LICENSE" "$out/LICENSE"
    rm -rf "$work"
}

artefact llama-server build_llama_server "$here/build-llama-server.sh" "$here/llama-sources.txt"
