import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
    type NodePlan,
    type NodeStep,
    planNode,
    type SeenCluster,
    SERVICE,
    upgradeOrder,
} from "../../../provider/kubernetes/nodePlan";
import { DIGEST, IMAGE, OURS, seen, THEIRS, there, wanted } from "./nodeFakes";
import { after, hosts, packagesOf, states, type World } from "./nodeModel";

const NOW = new Date("2026-11-22T12:00:00Z");

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

describe("packages of an upgrade", () => {
    it("are kubeadm's first", () => {
        assert.deepEqual(upgradeOrder(packagesOf("1")), [{ kubeadm: "1" }, { kubelet: "1", kubectl: "1" }]);
    });
});
