#!/usr/bin/env python3
"""Adds an image to an OCI image layout that holds many: a layer that two images share is stored once.

    layout.py add LAYOUT REFERENCE USER ENTRYPOINT ROOT...   one layer for each folder ROOT, the lowest first
    layout.py digests LAYOUT                                 prints {"REFERENCE": "sha256:...", ...}

The same files make the same bytes. USER may be empty: root.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "images"))
from oci import descriptor, digest, encoded, layer

PLATFORM = {"architecture": "amd64", "os": "linux"}
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
REFERENCE = "org.opencontainers.image.ref.name"


def store(layout, blob):
    """Writes a blob, unless it is there."""
    path = os.path.join(layout, "blobs", "sha256", digest(blob)[7:])
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "wb") as file:
            file.write(blob)
        os.rename(path + ".new", path)


def stored_layer(layout, root):
    """Descriptor and diff id of a folder's layer. Packed once: they are kept beside the folder."""
    known = os.path.normpath(root) + ".layer.json"
    if not os.path.exists(known):
        plain = layer(root)
        packed = subprocess.run(["zstd", "-q", "-9", "-c"], input=plain, stdout=subprocess.PIPE, check=True).stdout
        store(layout, packed)
        with open(known, "wb") as file:
            file.write(encoded([descriptor("layer.v1.tar+zstd", packed), digest(plain)]))
    with open(known, "rb") as file:
        return json.load(file)


def read_index(layout):
    """The layout's list of images; an empty one for an empty folder."""
    path = os.path.join(layout, "index.json")
    if not os.path.exists(path):
        kind = "application/vnd.oci.image.index.v1+json"
        return {"schemaVersion": 2, "mediaType": kind, "manifests": []}
    with open(path, "rb") as file:
        return json.load(file)


def add(layout, reference, user, entrypoint, *roots):
    layers = [stored_layer(layout, root) for root in roots]
    config = encoded({
        **PLATFORM,
        "config": {"Entrypoint": [entrypoint], "User": user, "Env": [PATH], "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
    })
    manifest = encoded({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("config.v1+json", config),
        "layers": [described for described, _ in layers],
    })
    for blob in (config, manifest):
        store(layout, blob)
    index = read_index(layout)
    index["manifests"] = [one for one in index["manifests"] if one["annotations"][REFERENCE] != reference] + [
        descriptor("manifest.v1+json", manifest, platform=PLATFORM, annotations={REFERENCE: reference})]
    for name, contents in (("index.json", index), ("oci-layout", {"imageLayoutVersion": "1.0.0"})):
        with open(os.path.join(layout, name), "wb") as file:
            file.write(encoded(contents))


def digests(layout):
    """Digests of the images by reference."""
    return {one["annotations"][REFERENCE]: one["digest"] for one in read_index(layout)["manifests"]}


if __name__ == "__main__":
    if len(sys.argv) >= 7 and sys.argv[1] == "add":
        add(*sys.argv[2:])
    elif len(sys.argv) == 3 and sys.argv[1] == "digests":
        json.dump(digests(sys.argv[2]), sys.stdout, indent=1, sort_keys=True)
        print()
    else:
        sys.exit(__doc__)
