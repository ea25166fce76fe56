import * as assert from "node:assert/strict";
import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import type { ApartReplica } from "../../components/inference/group/apart";
import type { DisaggregatedSet } from "../../components/inference/group/disaggregatedSet";
import type { LeaderWorkerSet } from "../../components/inference/group/leaderWorkerSet";
import { revisionOf } from "../../components/inference/group/revision";
import { modelServiceManifests, type ModelServiceSettings, selector } from "../../components/inference/manifests";
import { names } from "./fixtures";
import { apart } from "./groups";
import { plain } from "./objects";

type Template = Unwrap<types.input.core.v1.PodTemplateSpec>;

const replicasOf = (settings: ModelServiceSettings = apart): readonly ApartReplica[] =>
    plain(modelServiceManifests(settings, names).replicas);

/** Every template of a replica, by what its pods do. */
function templates(replica: ApartReplica): readonly Template[] {
    const specs = replica.sets.flatMap(set =>
        set.kind === "LeaderWorkerSet" ? [set.spec] : set.spec.roles.map(({ spec }) => spec),
    );
    const { router } = plain({ router: replica.router });
    return [
        ...specs.flatMap(({ leaderWorkerTemplate: { leaderTemplate, workerTemplate } }) => [
            ...(leaderTemplate === undefined ? [] : [leaderTemplate as Template]),
            workerTemplate as Template,
        ]),
        ...(router?.spec === undefined ? [] : [router.spec.template]),
    ];
}

const setOf = (replica: ApartReplica, side: string): LeaderWorkerSet =>
    (replica.sets as readonly LeaderWorkerSet[]).find(({ metadata }) => metadata.name.endsWith(side)) ??
    assert.fail(side);

describe("prefill and decode apart", () => {
    const revision = revisionOf(apart);
    const replicas = replicasOf();
    const [first] = replicas;
    assert.ok(first);

    it("are two sets a replica, with as many groups as the plan has", () => {
        assert.equal(replicas.length, apart.plan.replicas);
        const sizes = ["prefill", "decode"].map(side => {
            const { replicas: groups, leaderWorkerTemplate } = setOf(first, side).spec;
            return [groups, leaderWorkerTemplate.size];
        });
        assert.deepEqual(sizes, [
            [2, 1],
            [1, 2],
        ]);
    });

    it("have one revision in all pods of a replica, and only they may speak to one another", () => {
        const among = { "app.kubernetes.io/name": "deepseek-r1", "seamount.dev/replica": "0" };
        const all = { ...among, "seamount.dev/revision": revision };
        for (const { metadata } of templates(first)) {
            for (const [key, value] of Object.entries(all)) {
                assert.equal(metadata?.labels?.[key], value);
            }
        }
        const { spec } = plain(first.fence);
        assert.deepEqual(spec?.podSelector?.matchLabels, all);
        assert.deepEqual(spec?.ingress, [{ from: [{ podSelector: { matchLabels: all } }] }]);
    });

    it("are led by a router that knows leaders of its own revision by their names, and no others", () => {
        const { router } = plain({ router: first.router });
        const [container] = router?.spec?.template.spec?.containers ?? [];
        const urls = container?.args?.filter(argument => argument.startsWith("http://"));
        const name = (side: string, group: number) => `deepseek-r1-0-${revision}-${side}-${group}`;
        const url = (side: string, group: number) => `http://${name(side, group)}.${name(side, group)}:8000`;
        assert.deepEqual(urls, [url("prefill", 0), url("prefill", 1), url("decode", 0)]);
    });

    it("answer clients through the router alone", () => {
        const wanted = Object.entries(selector(apart.plan));
        const front = templates(first).filter(({ metadata }) =>
            wanted.every(([key, value]) => metadata?.labels?.[key] === value),
        );
        assert.deepEqual(
            front.map(({ spec }) => spec?.containers.map(({ name }) => name)),
            [["router"]],
        );
    });

    it("get other names when what they exchange changes, on both sides at once, and not otherwise", () => {
        const image = `${apart.model.image.slice(0, -1)}0`;
        const renewed = replicasOf({ ...apart, model: { ...apart.model, image } })[0];
        assert.ok(renewed);
        for (const side of ["prefill", "decode"]) {
            assert.notEqual(setOf(renewed, side).metadata.name, setOf(first, side).metadata.name);
        }
        const { endpoint } = apart.model;
        assert.equal(
            revisionOf({ ...apart, model: { ...apart.model, endpoint: { ...endpoint, port: 8443 } } }),
            revision,
        );
    });

    it("are roles of one object where the cluster knows them, the router too, found by the controller's revision", () => {
        const [replica] = replicasOf({ ...apart, disaggregatedSets: true });
        const [set, ...others] = (replica?.sets ?? []) as readonly DisaggregatedSet[];
        assert.ok(set && replica);
        assert.deepEqual([set.kind, others.length, replica.router], ["DisaggregatedSet", 0, undefined]);
        assert.deepEqual(
            set.spec.roles.map(({ name, spec }) => [name, spec.replicas, spec.leaderWorkerTemplate.size]),
            [
                ["prefill", 2, 1],
                ["decode", 1, 2],
                ["router", 1, 1],
            ],
        );
        const router = templates(replica).at(-1)?.spec?.containers[0];
        const field = router?.env?.find(({ name }) => name === "SEAMOUNT_SET_REVISION")?.valueFrom?.fieldRef?.fieldPath;
        assert.equal(field, "metadata.labels['disaggregatedset.x-k8s.io/revision']");
        const set0 = "deepseek-r1-0-0-$(SEAMOUNT_SET_REVISION)-prefill-0";
        assert.ok(router?.args?.includes(`http://${set0}.${set0}:8000`), router?.args?.join(" "));
    });

    it("are refused without an image of the router", () => {
        const model = { ...apart.model, routerImage: undefined };
        assert.throws(
            () => replicasOf({ ...apart, model }),
            /"deepseek-r1": its router needs an image: set routerImage/,
        );
    });
});
