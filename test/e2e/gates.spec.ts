import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { CheckResult, CheckSpec, GateArgs } from "../../provider";
import { SERVING_LABEL, UNPROVEN_TAINT } from "../../provider";
import { hostKey } from "./host-stack";
import { kubectl, must, onHost, stackTrace } from "./shell";
import { bed } from "./site";
import { Project, Stack } from "./stack";

const [host, peer, node] = ["metal-55", "metal-56", "gate-01"];
const end = (name: string, address: string) => ({
    name,
    address,
    hostKey: hostKey(name),
    identityFile: join(bed, "id_ed25519"),
});
/** A node that nothing stands behind, for its labels and taints. */
const nodeObject = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node, labels: { "kubernetes.io/hostname": node } },
};
const folder = "/var/lib/gate";
const limit = (bounds: object, unit: string) => ({ ...bounds, unit, source: "this test" });
/** What a host of the bed can show, in seconds. */
const right: Record<string, CheckSpec> = {
    clock: { thresholds: { offsetMilliseconds: limit({ atMost: 100 }, "ms") } },
    memory: { thresholds: { totalGiB: limit({ atLeast: 1 }, "GiB") } },
    fio: {
        thresholds: { randomReadIops: limit({ atLeast: 1000 }, "IOPS") },
        settings: { folder, sizeGiB: 0.0625, seconds: 1, jobs: 1 },
    },
    iperf3: { thresholds: { linePercent: limit({ atLeast: 1 }, "%") }, settings: { seconds: 1, lineRateGbps: 1 } },
};
const absurd = { ...right.fio, thresholds: { randomReadIops: limit({ atLeast: 1e9 }, "IOPS") } } as CheckSpec;

interface State {
    readonly passed: boolean;
    readonly results: Readonly<Record<string, CheckResult>>;
    readonly fingerprint: Readonly<Record<string, string>>;
    readonly ranAt: string;
    readonly servingNode: string;
}

describe("a gate", () => {
    const project = new Project(join("test", "e2e", "gates"));
    const stack = new Stack(project, "gates");

    const want = (gate: Partial<GateArgs> = {}) => {
        const inputs = { connection: end(host, "10.88.0.65"), peer: end(peer, "10.88.0.66"), node, checks: right };
        stack.configure({ "gates:kubeconfig": join(bed, "kubeconfig"), "gates:gate": { ...inputs, ...gate } });
    };
    const up = () => stack.pulumi("up", "--yes", "--skip-preview");
    const state = async (): Promise<State> => {
        const { deployment } = JSON.parse(await stack.succeed("stack", "export")) as {
            deployment: { resources: { type: string; outputs: State }[] };
        };
        const gate = deployment.resources.find(({ type }) => type === "metal:index:Gate");
        assert.ok(gate, "the state has a gate");
        return gate.outputs;
    };
    /** `serving`, `unproven`, both, or neither. */
    const marks = async (): Promise<string> => {
        const { metadata, spec } = JSON.parse(await kubectl("get", "node", node, "-o", "json")) as {
            metadata: { labels: Record<string, string> };
            spec: { taints?: { key: string; effect: string }[] };
        };
        const tainted = spec.taints?.some(({ key, effect }) => key === UNPROVEN_TAINT && effect === "NoSchedule");
        return [
            ...(metadata.labels[SERVING_LABEL] === "true" ? ["serving"] : []),
            ...(tainted === true ? ["unproven"] : []),
        ].join(" and ");
    };

    before(async () => {
        await must("local/bed/hosts.sh", ["up", host, peer]);
        const install = "apt-get -qq install --yes --no-install-recommends chrony fio iperf3 >/dev/null 2>&1";
        const time = (lines: string) => `printf '${lines}' >/etc/chrony/conf.d/gate.conf; systemctl restart chrony`;
        await Promise.all([
            onHost(host, `${install}; mkdir -p ${folder}; ${time("server 10.88.0.66 iburst\\n")}`),
            onHost(peer, `${install}; ${time("local stratum 8\\nallow 10.88.0.0/16\\n")}`),
            must("local/bed/kubernetes.sh", ["kubectl", "apply", "-f", "-"], JSON.stringify(nodeObject)),
            project.create(),
        ]);
        await stack.create();
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        project.remove();
        await kubectl("delete", "node", node, "--ignore-not-found");
        await must("local/bed/hosts.sh", ["down", host, peer]);
    });

    it("that passes keeps its figures, and lets the node serve", async () => {
        want();
        const { status, stdout, stderr } = await up();
        assert.equal(status, 0, stdout + stderr);
        const { passed, results, fingerprint, servingNode } = await state();
        assert.ok(passed);
        assert.equal(servingNode, node);
        assert.deepEqual(Object.keys(results).sort(), Object.keys(right).sort());
        const { clock, memory, fio, iperf3 } = results;
        assert.ok((clock?.figures.offsetMilliseconds ?? 1e9) < 100);
        assert.ok((memory?.figures.totalGiB ?? 0) > 1);
        for (const figure of ["randomReadIops", "sequentialReadGBps", "sequentialWriteGBps"]) {
            assert.ok((fio?.figures[figure] ?? 0) > 0.01, figure);
        }
        for (const figure of ["sentGBps", "receivedGBps"]) {
            assert.ok((iperf3?.figures[figure] ?? 0) > 0.01, figure);
        }
        assert.ok(fingerprint.kernel !== undefined && fingerprint["peer kernel"] !== undefined);
        assert.ok(JSON.stringify(results).length < 4000, "the state stays small");
        assert.equal(await marks(), "serving");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("leaves nothing on either host: no file, no server", async () => {
        const left = `find ${folder} /run -name '.seamount-gate*' -o -name 'seamount-gate*'; pgrep -x 'fio|iperf3|timeout'`;
        assert.equal(await onHost(host, `{ ${left}; } || :`), "");
        assert.equal(await onHost(peer, `{ ${left}; } || :`), "");
    });

    it("is judged by other thresholds without running, and fails the update with all that is known", async () => {
        const before = await state();
        want({ checks: { ...right, fio: absurd } });
        const { status, stdout, stderr } = await up();
        assert.notEqual(status, 0);
        const found = before.results.fio?.figures.randomReadIops;
        for (const words of [
            `${host} (10.88.0.65) does not pass its gate, 1 of 4 checks failed`,
            `fio: randomReadIops: found ${found} IOPS, wanted at least 1000000000 IOPS (this test)`,
            "usual causes:",
        ]) {
            assert.ok(stdout.includes(words), `"${words}" is missing in:\n${stdout}`);
        }
        assert.doesNotMatch(stdout + stderr, stackTrace);
        const { passed, ranAt, servingNode } = await state();
        assert.deepEqual({ passed, ranAt, servingNode }, { passed: false, ranAt: before.ranAt, servingNode: "" });
        assert.equal(await marks(), "unproven");
    });

    it("that failed runs again with the next up, and passes by a right threshold with the figures that it has", async () => {
        const before = await state();
        assert.notEqual((await up()).status, 0);
        const again = await state();
        assert.notEqual(again.ranAt, before.ranAt);
        assert.equal(await marks(), "unproven");
        want();
        const { status, stdout, stderr } = await up();
        assert.equal(status, 0, stdout + stderr);
        const { passed, ranAt } = await state();
        assert.deepEqual({ passed, ranAt }, { passed: true, ranAt: again.ranAt });
        assert.equal(await marks(), "serving");
    });

    it("runs again when the host has another kernel, and a preview says so", async () => {
        const before = await state();
        const kernel = before.fingerprint.kernel ?? "";
        await onHost(
            host,
            `printf '#!/bin/sh\\necho 6.1.0-31-amd64\\n' >/usr/local/sbin/uname; chmod +x /usr/local/sbin/uname`,
        );
        const { status, stdout, stderr } = await stack.pulumi("up", "--yes");
        assert.equal(status, 0, stdout + stderr);
        const [preview = ""] = stdout.split("Updating (");
        assert.ok(preview.includes(`${host}: the gate runs again: kernel ${kernel} → 6.1.0-31-amd64`), preview);
        const after = await state();
        assert.equal(after.fingerprint.kernel, "6.1.0-31-amd64");
        assert.notEqual(after.ranAt, before.ranAt);
    });

    it("says which package brings a tool that the peer lacks", async () => {
        await onHost(peer, "dpkg --purge --force-depends iperf3");
        want({ runAgain: "2", checks: { clock: right.clock as CheckSpec, iperf3: right.iperf3 as CheckSpec } });
        const { status, stdout } = await up();
        assert.notEqual(status, 0);
        assert.match(stdout, /iperf3 on the peer is missing: install iperf3 \(deb and rpm\)/);
        assert.equal(await marks(), "unproven");
    });

    it("takes its marks from the node when it goes", async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        assert.equal(await marks(), "");
    });
});
