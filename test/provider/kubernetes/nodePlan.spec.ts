import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { SeenNode } from "../../../provider/kubernetes/nodeObserve";
import {
    compareVersions,
    type NodePlan,
    type NodeStep,
    planNode,
    type SeenCluster,
    SERVICE,
    upgradeOrder,
    versionParts,
} from "../../../provider/kubernetes/nodePlan";
import { DIGEST, IMAGE, OURS, seen, THEIRS, there, wanted } from "./nodeFakes";

const NOW = new Date("2026-11-22T12:00:00Z");

const packagesOf = (version: string) => ({ kubeadm: version, kubelet: version, kubectl: version });

/** Hosts as they may be found: clean, half done, joined, outdated, broken, reset by hand; never another cluster's. */
const hosts: fc.Arbitrary<SeenNode> = fc
    .record({
        phase: fc.constantFrom(undefined, "joining" as const, "member" as const, "leaving" as const),
        hasKubelet: fc.boolean(),
        kubeletActive: fc.boolean(),
        versions: fc.record({
            kubeadm: fc.constantFrom(undefined, "1.36.2-1.1", "1.36.3-1.1"),
            kubelet: fc.constantFrom("1.35.9-1.1", "1.36.2-1.1", "1.36.3-1.1"),
            kubectl: fc.constantFrom(undefined, "1.36.2-1.1", "1.36.3-1.1"),
        }),
        certificateEnds: fc.constantFrom(undefined, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        image: fc.boolean(),
        service: fc.constantFrom(undefined, "draining ops@desk at noon", "drained ops@desk at noon"),
    })
    .map(({ phase, hasKubelet, versions, certificateEnds, image, service, kubeletActive }) =>
        seen({
            hasKubelet,
            kubeletActive,
            authority: hasKubelet ? OURS : "",
            packages: Object.fromEntries(
                Object.entries<string | undefined>(versions).flatMap(([name, version]) =>
                    version === undefined ? [] : [[name, version]],
                ),
            ),
            images: image ? { [IMAGE]: DIGEST } : {},
            ...(certificateEnds === undefined ? {} : { certificateEnds }),
            record: {
                ...(phase === undefined ? {} : { phase }),
                brought: [],
                facts: service === undefined ? {} : { [SERVICE]: service },
            },
        }),
    );
const states: fc.Arbitrary<SeenCluster> = fc
    .option(fc.record({ ready: fc.boolean(), version: fc.constantFrom("v1.36.2", "v1.36.3") }), { nil: undefined })
    .map(node => (node === undefined ? there() : there({ ready: node.ready, kubeletVersion: node.version })));

type World = { readonly host: SeenNode; readonly cluster: SeenCluster };

/** What a step makes of a host and its node. */
function after({ host, cluster }: World, step: NodeStep): World {
    const packages = packagesOf("1.36.3-1.1");
    const node = {
        ready: true,
        cordoned: false,
        bootId: "",
        kubeletVersion: `v${host.packages.kubelet?.split("-")[0]}`,
    };
    const record = (more: object) => ({ ...host.record, ...more });
    switch (step) {
        case "reset":
            return {
                host: {
                    ...host,
                    hasKubelet: false,
                    kubeletActive: false,
                    authority: "",
                    record: { brought: [], facts: host.record.facts },
                },
                cluster,
            };
        case "install":
            return { host: { ...host, packages, images: { [IMAGE]: DIGEST } }, cluster };
        case "join":
            return {
                host: {
                    ...host,
                    hasKubelet: true,
                    kubeletActive: true,
                    authority: OURS,
                    certificateEnds: "2027-11-22T00:00:00Z",
                    record: record({ phase: "member" }),
                },
                cluster: there(node),
            };
        case "takeOut":
            return { host: { ...host, record: record({ facts: { [SERVICE]: "drained us at noon" } }) }, cluster };
        case "upgrade":
            return {
                host: { ...host, packages, images: { [IMAGE]: DIGEST }, kubeletActive: true },
                cluster: there({ ...node, kubeletVersion: "v1.36.3" }),
            };
        case "restart":
            return { host: { ...host, kubeletActive: true }, cluster: there(node) };
        case "bringBack":
            return { host: { ...host, record: record({ facts: {} }) }, cluster };
        default:
            return { host, cluster };
    }
}

const plan = ({ host, cluster }: World): NodePlan => planNode(wanted, host, cluster, NOW);
const follow = (world: World, steps: readonly NodeStep[]): World => steps.reduce(after, world);
const place = (steps: readonly NodeStep[], step: NodeStep) => steps.indexOf(step);

describe("the plan of a worker", () => {
    it("ends with a worker that needs nothing more", () => {
        fc.assert(
            fc.property(hosts, states, (host, cluster) => {
                const world = { host, cluster };
                const done = follow(world, plan(world).steps);
                assert.deepEqual(plan(done), { differences: [], steps: [] });
            }),
        );
    });

    it("ends there as well when it is interrupted after any step, any number of times", () => {
        fc.assert(
            fc.property(hosts, states, fc.array(fc.nat(8), { maxLength: 4 }), (host, cluster, interruptions) => {
                const left = interruptions.reduce<World>(
                    (world, count) => follow(world, plan(world).steps.slice(0, count)),
                    { host, cluster },
                );
                assert.deepEqual(plan(follow(left, plan(left).steps)), { differences: [], steps: [] });
            }),
        );
    });

    it("says what differs exactly where there is something to do", () => {
        fc.assert(
            fc.property(hosts, states, (host, cluster) => {
                const { differences, steps } = plan({ host, cluster });
                assert.equal(differences.length > 0, steps.length > 0);
            }),
        );
    });

    it("moves the work away before an upgrade, and back only after the node was ready and has proved itself", () => {
        fc.assert(
            fc.property(hosts, states, (host, cluster) => {
                const { steps } = plan({ host, cluster });
                const upgrade = place(steps, "upgrade");
                if (upgrade >= 0) {
                    const emptied = host.record.facts[SERVICE]?.startsWith("drained") === true;
                    assert.ok(emptied || (place(steps, "takeOut") >= 0 && place(steps, "takeOut") < upgrade));
                    assert.deepEqual(steps.slice(upgrade + 1), ["ready", "prove", "bringBack"]);
                }
                assert.ok(!steps.includes("takeOut") || upgrade >= 0);
            }),
        );
    });

    it("never resets a worker that is well, and never joins without a clean host", () => {
        fc.assert(
            fc.property(hosts, states, (host, cluster) => {
                const { steps } = plan({ host, cluster });
                const well = host.hasKubelet && (host.record.phase ?? "member") === "member";
                const ended = host.certificateEnds?.startsWith("2026") === true;
                assert.equal(steps.includes("join"), !well || ended);
                assert.ok(!steps.includes("reset") || steps.includes("join"));
                assert.ok(!steps.includes("join") || !host.hasKubelet || steps[0] === "reset");
            }),
        );
    });

    it("never touches a host of another cluster, and tells both authorities and what a person must run", () => {
        fc.assert(
            fc.property(hosts, states, (host, cluster) => {
                fc.pre(host.record.phase === undefined || host.record.phase === "member");
                const { steps, refusal = "" } = plan({ host: { ...host, authority: THEIRS }, cluster });
                assert.deepEqual(steps, []);
                assert.ok(refusal.includes(THEIRS) && refusal.includes(OURS));
                assert.match(refusal, /`kubeadm reset --force`/);
            }),
        );
    });

    it("begins anew where a run was interrupted in joining, whatever it was joining", () => {
        const host = seen({
            authority: THEIRS,
            hasKubelet: true,
            record: { phase: "joining", brought: [], facts: {} },
        });
        const { steps, refusal } = plan({ host, cluster: there() });
        assert.deepEqual([steps, refusal], [["reset", "install", "join", "ready"], undefined]);
    });

    it("is to join before there is a cluster, and to change nothing of one that was joined to what is gone", () => {
        assert.deepEqual(plan({ host: seen({}), cluster: { state: "none" } }).steps, ["install", "join", "ready"]);
        const host = seen({ hasKubelet: true, authority: THEIRS });
        assert.match(plan({ host, cluster: { state: "none" } }).refusal ?? "", /that of this cluster is none yet/);
    });

    it("goes one minor version at a time, and never back", () => {
        const joined = (version: string) =>
            seen({ hasKubelet: true, kubeletActive: true, authority: OURS, packages: packagesOf(version) });
        const refusal = (version: string) => plan({ host: joined(version), cluster: there({}) }).refusal ?? "";
        assert.match(
            refusal("1.34.7-1.1"),
            /kubelet 1\.34\.7-1\.1, and cannot become 1\.36\.3 at once: .* to 1\.35 next/,
        );
        assert.equal(refusal("1.35.9-1.1"), "");
        assert.match(refusal("1.36.4-1.1"), /newer than 1\.36\.3-1\.1: Kubernetes cannot go back/);
    });

    it("installs what is wrong beside the kubelet without disturbing anybody", () => {
        const packages = { ...packagesOf("1.36.3-1.1"), kubectl: "1.36.2-1.1" };
        const host = seen({ hasKubelet: true, kubeletActive: true, authority: OURS, packages });
        const { steps, differences } = plan({ host, cluster: there({ kubeletVersion: "v1.36.3" }) });
        assert.deepEqual(steps, ["install"]);
        assert.deepEqual(
            differences.map(({ path, words }) => `${path} ${words}`),
            [
                'packages["kubectl"] has kubectl 1.36.2-1.1, should have 1.36.3-1.1',
                `images["${IMAGE}"] has no image ${IMAGE}, should have ${DIGEST}`,
            ],
        );
    });

    it("says in plain words what the cluster says of a node", () => {
        const packages = packagesOf("1.36.3-1.1");
        const host = seen({
            hasKubelet: true,
            kubeletActive: true,
            authority: OURS,
            packages,
            images: { [IMAGE]: DIGEST },
        });
        const words = (cluster: SeenCluster) => plan({ host, cluster }).differences.map(({ words }) => words);
        assert.deepEqual(words(there()), ["is joined, and yet the cluster has no node gpu-1"]);
        assert.deepEqual(words(there({ ready: false })), ["is node gpu-1, which is not ready"]);
        assert.deepEqual(words(there({ kubeletVersion: "v1.36.2" })), ["runs kubelet v1.36.2, should run v1.36.3"]);
        assert.deepEqual(words({ state: "unknown" }), []);
    });
});

describe("versions of Kubernetes", () => {
    it("are compared by number, however they are written", () => {
        assert.deepEqual(versionParts("v1.36.10"), [1, 36, 10]);
        assert.ok(compareVersions("1.36.10-1.1", "v1.36.9") > 0);
        assert.equal(compareVersions("1.36.3-1.1", "1.36.3-2.1"), 0);
        assert.ok(compareVersions("1.9.0", "1.10.0") < 0);
    });

    it("go to kubeadm first", () => {
        assert.deepEqual(upgradeOrder(packagesOf("1")), [{ kubeadm: "1" }, { kubelet: "1", kubectl: "1" }]);
    });
});
