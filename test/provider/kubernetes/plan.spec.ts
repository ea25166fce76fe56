import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { quorum } from "../../../provider/kubernetes/controlPlane/etcd";
import type { Step } from "../../../provider/kubernetes/controlPlane/plan";
import type { ControlPlaneInputs } from "../../../provider/kubernetes/types";
import { apply, CLEAN, inputsFor, type ModelHost, plan, running, type World } from "./controlPlaneModel";

const NAMES = ["cp-1", "cp-2", "cp-3", "cp-4", "cp-5", "cp-6"];
const OTHER = "kind: ClusterConfiguration\nkubernetesVersion: v1.36.3\napiServer: {}\n";

/** A made-up situation: what there is, what is wanted, and where the run is cut off. */
interface Case {
    readonly world: World;
    readonly inputs: ControlPlaneInputs;
    readonly leaving: readonly string[];
    /** Steps, by number, that break off in the middle. */
    readonly cuts: readonly number[];
}

const drift: fc.Arbitrary<Partial<ModelHost>> = fc.record(
    {
        edited: fc.boolean(),
        certificatesEnd: fc.constantFrom(CLEAN.certificatesEnd, "2026-06-20T00:00:00.000Z"),
        version: fc.constantFrom("1.36.2", "1.36.3"),
    },
    { requiredKeys: [] },
);

/** A control plane of three or five, of which one host at most is lost, and others have drifted. */
const existing: fc.Arbitrary<Case> = fc
    .record({
        size: fc.constantFrom(3, 5),
        lost: fc.option(fc.nat(2), { nil: undefined }),
        kept: fc.boolean(),
        drifts: fc.array(drift, { minLength: 5, maxLength: 5 }),
        configured: fc.constantFrom("1.36.2", "1.36.3"),
        changed: fc.boolean(),
        cuts: fc.uniqueArray(fc.nat(20), { maxLength: 3 }),
    })
    .map(({ size, lost, kept, drifts, configured, changed, cuts }) => {
        const nodes = NAMES.slice(0, size);
        const whole = running(nodes, configured);
        const gone = lost === undefined ? undefined : nodes[lost];
        const wanted = gone === undefined || kept ? nodes : [...nodes.filter(node => node !== gone), "cp-6"];
        const hosts = Object.fromEntries(
            nodes.map((node, index) => [node, { ...(whole.hosts[node] ?? CLEAN), ...drifts[index] }]),
        );
        const world: World = {
            ...whole,
            // A host that is lost comes back as a new machine, or another one takes its place.
            hosts:
                gone === undefined
                    ? hosts
                    : Object.fromEntries([
                          ...Object.entries(hosts).filter(([node]) => node !== gone),
                          [kept ? gone : "cp-6", CLEAN],
                      ]),
            members: whole.members.map(member => ({ ...member, healthy: member.node !== gone })),
        };
        const inputs = inputsFor(wanted, "1.36.3", changed ? OTHER : undefined);
        return { world, inputs, leaving: gone === undefined || kept ? [] : [gone], cuts };
    });

/** Runs it to its end: each step, and the world before and after it. */
function drive({ world: first, inputs, leaving, cuts }: Case): {
    readonly world: World;
    readonly taken: readonly { readonly step: Step; readonly before: World; readonly cutOff: boolean }[];
} {
    const taken: { step: Step; before: World; cutOff: boolean }[] = [];
    let world = first;
    for (let number = 0; number < 80; number += 1) {
        const { steps, refusals } = plan(world, inputs, leaving);
        assert.deepEqual(refusals, []);
        const [step] = steps;
        if (step === undefined) {
            return { world, taken };
        }
        const cutOff = cuts.includes(number);
        taken.push({ step, before: world, cutOff });
        world = apply(world, step, inputs, cutOff);
        // A run that was cut off is another run: it has no snapshot of its own yet.
        world = cutOff ? { ...world, hasSnapshot: false } : world;
    }
    assert.fail(
        `no end: ${taken
            .slice(-4)
            .map(({ step }) => `${step.kind} ${step.node}`)
            .join(", ")}`,
    );
}

const healthy = ({ members }: World) => members.filter(member => member.healthy).length;

describe("plan of a control plane", () => {
    it("comes to an end wherever it is cut off, and then has nothing left to do", () => {
        fc.assert(
            fc.property(existing, made => {
                const { world } = drive(made);
                assert.deepEqual(
                    world.members.map(({ node }) => node).sort(),
                    made.inputs.hosts.map(h => h.node).sort(),
                );
                assert.equal(healthy(world), made.inputs.hosts.length);
                for (const { node } of made.inputs.hosts) {
                    assert.equal(world.hosts[node]?.version, "1.36.3");
                    assert.equal(world.hosts[node]?.edited, false);
                }
                assert.deepEqual(plan(world, made.inputs), { steps: [], refusals: [] });
            }),
        );
    });

    it("takes out one member at a time, and never so many that etcd stops", () => {
        fc.assert(
            fc.property(existing, made => {
                for (const { step, before } of drive(made).taken) {
                    const others = before.members.filter(({ node }) => node !== step.node);
                    const up = others.filter(member => member.healthy).length;
                    if (step.kind === "removeMember") {
                        assert.ok(up >= quorum(others.length), `${step.node} leaves ${up} of ${others.length}`);
                    } else if (["upgrade", "configure", "renewCertificates"].includes(step.kind)) {
                        assert.ok(
                            up >= quorum(before.members.length),
                            `${step.kind} ${step.node} with ${up} others up`,
                        );
                    }
                }
            }),
        );
    });

    it("takes a snapshot before it changes what there is", () => {
        fc.assert(
            fc.property(existing, made => {
                for (const { step, before } of drive(made).taken) {
                    assert.ok(step.kind === "snapshot" || before.hasSnapshot, `${step.kind} ${step.node}`);
                }
            }),
        );
    });

    it("removes what is lost before anything joins", () => {
        fc.assert(
            fc.property(existing, ({ world, inputs, leaving }) => {
                const kinds = plan(world, inputs, leaving).steps.map(({ kind }) => kind);
                const lastRemoval = kinds.lastIndexOf("removeMember");
                const firstJoin = kinds.indexOf("join");
                assert.ok(firstJoin === -1 || lastRemoval < firstJoin, kinds.join(", "));
            }),
        );
    });

    it("begins one cluster, on the first host, wherever that is cut off", () => {
        fc.assert(
            fc.property(fc.constantFrom(1, 3, 5), fc.uniqueArray(fc.nat(12), { maxLength: 3 }), (size, cuts) => {
                const nodes = NAMES.slice(0, size);
                const inputs = inputsFor(nodes, "1.36.3");
                const hosts = Object.fromEntries(nodes.map(node => [node, CLEAN]));
                const empty = { hosts, members: [], nodes: [], configuredVersion: "", hasSnapshot: false };
                const { world, taken } = drive({ world: empty, inputs, leaving: [], cuts });
                const begun = taken.filter(({ step, cutOff }) => step.kind === "begin" && !cutOff);
                assert.deepEqual(
                    begun.map(({ step }) => step.node),
                    ["cp-1"],
                );
                assert.deepEqual(world.members.map(({ node }) => node).sort(), [...nodes]);
            }),
        );
    });

    it("shrinks from three hosts to one", () => {
        const world = running(NAMES.slice(0, 3), "1.36.3");
        const inputs = inputsFor(["cp-1"], "1.36.3");
        const { world: end, taken } = drive({ world, inputs, leaving: ["cp-2", "cp-3"], cuts: [] });
        assert.deepEqual(
            end.members.map(({ node }) => node),
            ["cp-1"],
        );
        assert.deepEqual(
            taken.filter(({ step }) => step.kind === "reset").map(({ step }) => step.node),
            ["cp-2", "cp-3"],
        );
    });

    it("takes out the members that are down first", () => {
        const whole = running(NAMES.slice(0, 3), "1.36.3");
        const world = {
            ...whole,
            members: whole.members.map(member => ({ ...member, healthy: member.node !== "cp-3" })),
        };
        const { steps, refusals } = plan(world, inputsFor(["cp-1"], "1.36.3"), ["cp-2", "cp-3"]);
        assert.deepEqual(refusals, []);
        const removed = steps.filter(({ kind }) => kind === "removeMember").map(({ node }) => node);
        assert.deepEqual(removed, ["cp-3", "cp-2"]);
    });

    it("says both numbers where etcd would stop", () => {
        const whole = running(NAMES.slice(0, 3), "1.36.3");
        const world = {
            ...whole,
            hosts: { "cp-1": whole.hosts["cp-1"] ?? CLEAN, "cp-4": CLEAN, "cp-5": CLEAN },
            members: whole.members.map(member => ({ ...member, healthy: member.node === "cp-1" })),
        };
        const { refusals } = plan(world, inputsFor(["cp-1", "cp-4", "cp-5"], "1.36.3"));
        assert.equal(
            refusals[0],
            "cp-2 cannot be taken out of etcd: 2 members of etcd must be healthy without it, and 1 is (down: cp-3)",
        );
    });

    it("does not touch a healthy member while another one is down", () => {
        const whole = running(NAMES.slice(0, 3), "1.36.2");
        const world = {
            ...whole,
            members: whole.members.map(member => ({ ...member, healthy: member.node !== "cp-3" })),
        };
        const { refusals } = plan(world, inputsFor(NAMES.slice(0, 3), "1.36.3"));
        assert.match(
            refusals.join("\n"),
            /^cp-1 cannot be changed now: 2 members of etcd must be healthy without it, and 1 is/,
        );
    });

    it("goes one minor version at a time, and never back", () => {
        const nodes = NAMES.slice(0, 3);
        const refusals = (from: string, to: string) => plan(running(nodes, from), inputsFor(nodes, to)).refusals.join();
        assert.equal(refusals("1.36.2", "1.36.3"), "");
        assert.equal(refusals("1.35.9", "1.36.0"), "");
        assert.equal(
            refusals("1.34.1", "1.36.3"),
            "from 1.34.1 to 1.36.3 is more than one minor version: take a 1.35.x first",
        );
        assert.match(refusals("1.36.3", "1.36.2"), /which is newer than 1\.36\.2: Kubernetes cannot go back/);
    });

    it("lets a host join with the version that the cluster has, and upgrades afterwards", () => {
        const whole = running(NAMES.slice(0, 3), "1.36.2");
        const world = {
            ...whole,
            hosts: { ...whole.hosts, "cp-3": CLEAN },
            members: whole.members.map(member => ({ ...member, healthy: member.node !== "cp-3" })),
        };
        const { steps } = plan(world, inputsFor(NAMES.slice(0, 3), "1.36.3"));
        const join = steps.find(step => step.kind === "join");
        assert.equal(join?.kind === "join" ? join.release.version : "", "1.36.2");
        assert.deepEqual(
            steps.map(({ kind, node }) => `${kind} ${node}`),
            ["snapshot cp-1", "removeMember cp-3", "join cp-3", "upgrade cp-1", "upgrade cp-2"],
        );
    });

    it("leaves hosts of other clusters, and workers, alone", () => {
        const whole = running(NAMES.slice(0, 3), "1.36.3");
        const stranger: ModelHost = { ...(whole.hosts["cp-2"] ?? CLEAN), phase: undefined };
        const clean = { ...whole, members: [], hosts: { "cp-1": CLEAN, "cp-2": { ...stranger }, "cp-3": CLEAN } };
        const observed = plan(clean, inputsFor(NAMES.slice(0, 3), "1.36.3"));
        assert.ok(!observed.steps.some(({ kind, node }) => kind === "reset" && node === "cp-2"));
        assert.ok(!observed.steps.some(({ kind }) => kind === "begin"));
    });
});
