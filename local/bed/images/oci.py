#!/usr/bin/env python3
"""Writes a folder as an OCI image archive of one layer, the same bytes for the same files.

    oci.py ROOT NAME:TAG ARCHIVE ENTRYPOINT...

Everything in the image belongs to root; the image runs as user and group 65532.
"""
import hashlib
import io
import json
import os
import sys
import tarfile

USER = "65532:65532"


def normalised(member):
    """Drops what differs from one build to the next."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def layer(root):
    """The uncompressed layer: the files of root in alphabetical order."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for folder, folders, files in os.walk(root):
            folders.sort()
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            if folder != root:
                archive.add(folder, os.path.relpath(folder, root), recursive=False, filter=normalised)
            for name in sorted(files + links):
                path = os.path.join(folder, name)
                archive.add(path, os.path.relpath(path, root), recursive=False, filter=normalised)
    return buffer.getvalue()


def encoded(document):
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def digest(blob):
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def descriptor(kind, blob, **more):
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(blob), "size": len(blob), **more}


def main(root, name, archive_path, *entrypoint):
    platform = {"architecture": "amd64", "os": "linux"}
    contents = layer(root)
    config = encoded({
        **platform,
        "config": {"Entrypoint": entrypoint, "User": USER, "Env": ["PATH=/usr/sbin:/usr/bin"], "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [digest(contents)]},
    })
    manifest = encoded({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("config.v1+json", config),
        "layers": [descriptor("layer.v1.tar", contents)],
    })
    index = encoded({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [descriptor("manifest.v1+json", manifest, platform=platform, annotations={
            "io.containerd.image.name": name,
            "org.opencontainers.image.ref.name": name.rsplit(":", 1)[1],
        })],
    })
    members = {"oci-layout": encoded({"imageLayoutVersion": "1.0.0"}), "index.json": index}
    members.update({"blobs/sha256/" + digest(blob)[7:]: blob for blob in (contents, config, manifest)})
    with tarfile.open(archive_path, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, blob in members.items():
            member = tarfile.TarInfo(path)
            member.size = len(blob)
            archive.addfile(member, io.BytesIO(blob))


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
