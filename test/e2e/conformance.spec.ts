import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { objectsOfGateways } from "./conformance/gateway";
import {
    builtIn,
    type CustomObject,
    customResourcesOfEverything,
    customResourcesOfStack,
    objectsOfGoldenSites,
} from "./conformance/program";
import { must, root, run, type Result } from "./shell";
import { bed } from "./site";

const namespace = "conformance-e2e";
const kubeconfig = ["--kubeconfig", join(bed, "kubeconfig")];
const folder = join(root, "test", "crds");

interface Definition {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly group: string; readonly names: { readonly kind: string } };
}

const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(file => file.endsWith(".yaml"))
    .map(file => join(folder, file));
const definitions = files.flatMap(file =>
    parseAllDocuments(readFileSync(file, "utf8")).map(document => document.toJS() as Definition),
);

/** What a real API server with the upstream definitions says of objects, none of which it keeps. */
function offer(objects: readonly CustomObject[]): Promise<Result> {
    const items = objects.map(object => {
        const { metadata } = object;
        // Namespaces of operators need not be there: nothing in an object depends on which one it is.
        return metadata.namespace === undefined ? object : { ...object, metadata: { ...metadata, namespace } };
    });
    const words = "apply --server-side --force-conflicts --dry-run=server --validate=strict --filename -".split(" ");
    return run("kubectl", [...kubeconfig, ...words], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

const keyOf = ({ kind, metadata }: CustomObject): string => `${kind} ${metadata.name}`;

describe("custom resources, against the upstream definitions on a real API server", () => {
    let brought: readonly string[] = [];

    before(async () => {
        const there = (await must("kubectl", [...kubeconfig, "get", "crds", "--output", "name"])).split("\n");
        const named = definitions.map(({ metadata }) => metadata.name);
        brought = named.filter(name => !there.some(line => line.endsWith(`/${name}`)));
        for (const file of files) {
            if (brought.some(name => readFileSync(file, "utf8").includes(`name: ${name}\n`))) {
                await must("kubectl", [...kubeconfig, "apply", "--server-side", "--filename", file]);
            }
        }
        const all = named.map(name => `crd/${name}`);
        await must("kubectl", [...kubeconfig, "wait", "--for=condition=established", "--timeout=60s", ...all]);
        await must("kubectl", [...kubeconfig, "create", "namespace", namespace]);
    });

    after(async () => {
        await run("kubectl", [...kubeconfig, "delete", "namespace", namespace, "--wait=false"]);
        if (brought.length > 0) {
            await run("kubectl", [...kubeconfig, "delete", "crd", ...brought]);
        }
    });

    const expected: Readonly<Record<string, readonly string[]>> = {
        local: [],
        staging: [
            ...["ClusterIssuer", "ClusterPolicy", "ClusterQueue", "LocalQueue", "PrometheusRule", "ResourceFlavor"],
            "Topology",
        ],
        prod: [
            ...["Certificate", "ClusterIssuer", "ClusterPolicy", "ClusterQueue", "EnvoyProxy", "GatewayClass"],
            ...["Issuer", "LocalQueue", "NicClusterPolicy", "PrometheusRule", "ResourceFlavor", "Topology"],
        ],
    };
    const cases = Object.entries(expected).map(
        ([stack, kinds]) => [`stack ${stack}`, () => customResourcesOfStack(stack), kinds] as const,
    );
    const everyKind = [...new Set(definitions.map(({ spec }) => spec.names.kind))].sort();
    const services = async (): Promise<readonly CustomObject[]> => [
        ...(await objectsOfGoldenSites()),
        ...(await objectsOfGateways()),
    ];
    const everything = async (): Promise<readonly CustomObject[]> => [
        ...(await customResourcesOfEverything()),
        ...(await services()).filter(({ apiVersion }) => !builtIn.test(apiVersion)),
    ];

    for (const [title, collect, kinds] of [
        ...cases,
        ["every operator of the catalogue, of the golden sites and of gateways", everything, everyKind] as const,
    ]) {
        it(`of ${title} are accepted, every one`, async () => {
            const objects = await collect();
            assert.deepEqual([...new Set(objects.map(({ kind }) => kind))].sort(), kinds);
            if (objects.length > 0) {
                const { status, stdout, stderr } = await offer(objects);
                assert.equal(status, 0, stdout + stderr);
                assert.equal(stdout.match(/ serverside-applied /g)?.length, objects.length, stdout);
            }
        });
    }

    it("and all other objects of the golden sites and of gateways are accepted", async () => {
        const objects = (await services()).filter(({ apiVersion }) => builtIn.test(apiVersion));
        const { status, stdout, stderr } = await offer(objects);
        assert.equal(status, 0, stdout + stderr);
        assert.equal(stdout.match(/ serverside-applied /g)?.length, objects.length, stdout);
        assert.ok(objects.length > 50, `${objects.length} objects`);
    });

    it("with a field that no definition has are refused, one of each kind", async () => {
        const objects = await everything();
        for (const kind of everyKind) {
            const object = objects.find(each => each.kind === kind);
            assert.ok(object !== undefined, kind);
            const { status, stderr } = await offer([{ ...object, spec: { ...object.spec, seamountMistake: true } }]);
            assert.notEqual(status, 0, `${keyOf(object)} with a mistake was accepted`);
            assert.match(stderr, /seamountMistake/, keyOf(object));
        }
    });
});
