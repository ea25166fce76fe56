import assert from "node:assert/strict";
import { changed, keyOf, problemsOf } from "./fixture";
import { tell, type Case } from "./tell";

const group = (extra: object): object => ({
    name: "x-1",
    address: "10.9.0.1",
    role: "edge",
    hostKey: keyOf(9),
    ...extra,
});

const cases: readonly Case[] = [
    ["name", "Beijing 1", /^name: "Beijing 1" is not a DNS label: lower-case/],
    ["name", undefined, /^name: is missing: Name of the site/],
    ["name", 7, /^name: 7 is not text; write it in quotes: "7"$/],
    ["name", null, /^name: an empty value is not text$/],
    ["environment", "prod", /^environment: "prod" is not one of local, staging, production$/],
    ["environment", "producton", /; did you mean "production"\?$/],
    ["colour", "red", /^colour: is not a known field; known are name, environment, access/],
    ["a key with spaces", 1, /^\["a key with spaces"\]: is not a known field/],
    ["access", undefined, /^access: is missing: How managed hosts are reached/],
    ["access.user", "Root!", /^access\.user: "Root!" is not a login name/],
    ["access.user", { a: 1 }, /^access\.user: a map is not text$/],
    ["access.port", 99999, /^access\.port: 99999 is not a whole number from 1 to 65535$/],
    ["access.port", 1e300, /^access\.port: 1e\+300 is not a whole number from 1 to 65535$/],
    ["access.port", "22", /^access\.port: "22" is not a whole number/],
    ["access.identityFile", "id_ed25519", /^access\.identityFile: "id_ed25519" is not a file path: begin it with/],
    ["access.jumpHost", "10.0.0.1", /^access\.jumpHost: "10.0.0.1" is not a jump host: write "user@address:port"$/],
    ["access.jumpHost", "me@10.0.0.1:70000", /is not a jump host/],
    ["access.jumpHost", "-oProxyCommand=x@10.0.0.1", /is not a jump host/],
    ["access.jumpHostKey", undefined, /^access\.jumpHostKey: is missing: the key of jump@10.0.0.1, as "ssh-keyscan/],
    [
        "access.jumpHostKey",
        "ssh-ed25519 nonsense",
        /^access\.jumpHostKey: "ssh-ed25519 nonsense" is not a public host key/,
    ],
    ["access.jumpHost", undefined, /^access\.jumpHostKey: is set without jumpHost; set both or neither$/],
    ["access.knownHostsFile", "~/gone", /^access\.knownHostsFile: "~\/gone" cannot be read: there is no such file$/],
    ["timeServers", "10.0.0.2", /^timeServers: "10.0.0.2" is not a list$/],
    ["timeServers.0", "10.0.0.2.5", /^timeServers\[0\]: "10.0.0.2.5" is neither a DNS name nor an address$/],
    ["timeServers.1", "10.0.0.2", /^timeServers\[1\]: "10.0.0.2" is listed twice$/],
    ["fabric.kind", "infinband", /^fabric\.kind: .* did you mean "infiniband"\?$/],
    ["fabric.linkGbps", 0, /^fabric\.linkGbps: 0 is not a whole number from 1 to 3200$/],
    ["fabric.rails", 4, /^hosts\[1\]\.rails: 8 devices, but the fabric has 4 rails; both must agree$/],
    ["hosts", [], /^hosts: a list is not long enough: at least 1 entries$/],
    ["hosts", {}, /^hosts: a map is not a list$/],
    [
        "hosts.1.name",
        "gpu-[01-03]",
        /^hosts\[1\]\.address: "10.0.2.\[1-2\]" stands for 2, "gpu-\[01-03\]" for 3; give as many/,
    ],
    ["hosts.1.name", "gpu-[01-02", /^hosts\[1\]\.name: "gpu-\[01-02" is not a range: write/],
    ["hosts.1.name", "gpu-[1-999999999]", /^hosts\[1\]\.name: .* stands for more than 1024 values; split it/],
    ["hosts.1.name", "GPU_[01-02]", /^hosts\[1\]\.name: "GPU_01" is not a DNS label/],
    ["hosts.1.address", "10.0.2.[255-256]", /^hosts\[1\]\.address: "10.0.2.256" is not an address$/],
    ["hosts.0.address", "10.0.0.300", /^hosts\[0\]\.address: "10.0.0.300" is not an address$/],
    ["hosts.0.address", "fe80::1%eth0", /^hosts\[0\]\.address: "fe80::1%eth0" is not an address$/],
    ["hosts.0.address", "2001:DB8:0::1", /^hosts\[2\]\.address: 2001:db8::1 is in seamount:site.hosts\[0\] too/],
    [
        "hosts.0.name",
        "gpu-02",
        /^hosts\[1\]\.name: gpu-02 is in seamount:site.hosts\[0\] too; every host has its own name$/,
    ],
    [
        "hosts.3",
        group({ name: "x-[1-5]", address: "10.0.2.[1-5]", managed: false, hostKey: undefined }),
        /^hosts\[3\]\.address: 10.0.2.1 and 10.0.2.2 are in seamount:site.hosts\[1\] too/,
    ],
    ["hosts.0.role", "controlplane", /^hosts\[0\]\.role: .* did you mean "control-plane"\?$/],
    ["hosts.1.gpu", undefined, /^hosts\[1\]\.gpu: is missing: hosts with the role gpu say which they have/],
    ["hosts.1.gpu.model", "H20O", /^hosts\[1\]\.gpu\.model: "H20O" is not in the catalogue; did you mean "H200"\?$/],
    ["hosts.1.gpu.model", "Voodoo-5-6000", /not in the catalogue; known are H100, H200, B200, Ascend-910B$/],
    ["hosts.1.gpu.count", 0, /^hosts\[1\]\.gpu\.count: 0 is not a whole number from 1 to 128$/],
    ["hosts.1.gpu.count", 1.5, /^hosts\[1\]\.gpu\.count: 1.5 is not a whole number/],
    ["hosts.1.rails", 8, /^hosts\[1\]\.rails: 8 is not allowed here: Fabric devices in rail order/],
    ["hosts.1.rails", "mlx5_[0-7", /^hosts\[1\]\.rails: "mlx5_\[0-7" is not a range/],
    ["hosts.1.rails", ["mlx5_[0-6]", "mlx5_3"], /^hosts\[1\]\.rails: "mlx5_3" is listed twice$/],
    ["hosts.1.nvme", ["nvme 0"], /^hosts\[1\]\.nvme\[0\]: "nvme 0" is not a device name or path$/],
    ["hosts.1.rack", 4, /^hosts\[1\]\.rack: 4 is not text; write it in quotes: "4"$/],
    ["hosts.2.managed", "no", /^hosts\[2\]\.managed: "no" is not true or false$/],
    [
        "hosts.0.hostKey",
        undefined,
        /^hosts\[0\]\.hostKey: control-1 has no host key; read it with "ssh-keyscan -t ed25519 10.0.1.1", compare its fingerprint on the host's console/,
    ],
    ["hosts.1.hostKeys", undefined, /^hosts\[1\]\.hostKeys: gpu-01 and gpu-02 have no host key; .*ed25519 ADDRESS"/],
    ["hosts.1.hostKeys.gpu-03", keyOf(7), /^hosts\[1\]\.hostKeys\.gpu-03: names no host of this group; did you mean/],
    [
        "hosts.1.hostKeys.gpu-02",
        "ssh-rsa AAAA",
        /^hosts\[1\]\.hostKeys\.gpu-02: "ssh-rsa AAAA" is not a public host key/,
    ],
    ["hosts.1.hostKey", keyOf(7), /^hosts\[1\]\.hostKey: stands beside hostKeys; use one of them$/],
    [
        "hosts.3",
        group({ name: "x-[1-2]", address: "10.9.0.[1-2]" }),
        /^hosts\[3\]\.hostKey: is for a single host, but the group has 2/,
    ],
    ["cluster.mode", "new", /^cluster\.mode: "new" is not one of existing, kubeadm$/],
    ["cluster.namespace", "Models", /^cluster\.namespace: "Models" is not a DNS label/],
];

describe("problems of a site", () => {
    tell(cases);

    const wholes: readonly unknown[] = [undefined, null, "site", 7, true, [], [[]], { hosts: null }];
    for (const raw of wholes) {
        it(`the whole site being ${JSON.stringify(raw) ?? "missing"}`, () => {
            assert.match(problemsOf(raw)[0] ?? "", /^seamount:site(: |\.)/);
        });
    }

    it("are the only ones: nothing else is told of a site with one mistake", () => {
        const single = cases.filter(([path]) => ["environment", "fabric.rails", "hosts.1.gpu"].includes(path));
        assert.ok(single.length >= 3);
        for (const [path, value] of single) {
            assert.equal(problemsOf(changed(path, value)).length, 1, path);
        }
    });
});
