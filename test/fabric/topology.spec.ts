import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import * as fc from "fast-check";
import { hostLabels, labelValue, nodeLabels } from "../../components/fabric/labels";
import { fabricPicture } from "../../components/fabric/picture";
import { FabricTopology } from "../../components/fabric/topology";
import type { SiteHost } from "../../components/site/site";
import { deploy } from "../harness";
import { assertXml } from "../planning/xml";
import { site } from "../planning/sites";
import { hosts, infiniband } from "./subnet";

const fabric = infiniband();
const fleet = hosts(4, { zone: "north", rack: "A 1" }).map((host, index): SiteHost => {
    const { name } = host;
    return index === 3 ? { ...host, role: "edge", rails: [], interfaces: [], node: name } : { ...host, node: name };
});

describe("labels of nodes", () => {
    it("say where a host stands and what it is cabled to", () => {
        assert.deepEqual(nodeLabels({ fabric, hosts: fleet })["gpu-01"], {
            "topology.kubernetes.io/zone": "north",
            "seamount.dev/rack": "A-1",
            "seamount.dev/fabric": "infiniband",
            "seamount.dev/rails": "1",
            "seamount.dev/location": "core",
            "seamount.dev/pool": fleet[0]?.pool,
            "seamount.dev/role": "gpu",
        });
        assert.deepEqual(nodeLabels({ fabric, hosts: fleet })["gpu-04"], {
            "topology.kubernetes.io/zone": "north",
            "seamount.dev/rack": "A-1",
            "seamount.dev/location": "edge",
            "seamount.dev/pool": fleet[3]?.pool,
            "seamount.dev/role": "edge",
        });
        assert.deepEqual(nodeLabels({ fabric, hosts: hosts() }), {});
    });

    it("hold what Kubernetes takes for a value, whatever the site says", () => {
        const law = fc.property(fc.string(), fc.string(), (zone, rack) => {
            for (const value of Object.values(hostLabels(fabric, { ...hosts(1)[0], zone, rack } as SiteHost))) {
                assert.match(value, /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
            }
        });
        fc.assert(law);
        assert.equal(labelValue("机房"), "");
    });

    it("are applied to nodes, each with its own, and to no other", async () => {
        const { registered, find } = await deploy(() => {
            const provider = new k8s.Provider("cluster", { kubeconfig: "{}" });
            return new FabricTopology(
                "site-topology",
                { site: { fabric, hosts: [...fleet, ...hosts(1, { name: "none" })] } },
                { providers: [provider] },
            );
        });
        const patches = registered.filter(({ type }) => type === "kubernetes:core/v1:NodePatch");
        assert.equal(patches.length, 4);
        const { metadata } = find("site-topology-gpu-02").inputs as { metadata: { name: string; labels: object } };
        assert.equal(metadata.name, "gpu-02");
        assert.deepEqual(metadata.labels, nodeLabels({ fabric, hosts: fleet })["gpu-02"]);
    });
});

describe("the picture of a fabric", () => {
    const draw = (rest: object, members: readonly SiteHost[]) => fabricPicture({ ...site(members, []), ...rest });

    it("marks each port of each host once, and names who manages the subnet", () => {
        const svg = draw({ fabric }, fleet);
        assertXml(svg);
        assert.equal(svg.match(/<circle /g)?.length, 3);
        assert.match(svg, />Zone north · Rack A 1</);
        assert.match(svg, />opensm<.*>standby</s);
        assert.match(svg, />Not on the fabric: gpu-04</);
        assert.match(svg, /<title>gpu-01 · mlx5_0 · ibs1<\/title>/);
    });

    it("is right XML within its width for any fabric, and counts hosts that it does not draw", () => {
        const law = fc.property(
            fc.integer({ min: 1, max: 64 }),
            fc.integer({ min: 0, max: 40 }),
            fc.string(),
            (rails, count, rack) => {
                const devices = Array.from({ length: rails }, (_, index) => `mlx5_${index}`);
                const members = Array.from(
                    { length: count },
                    (_, index) =>
                        ({
                            ...hosts(1, { rails: devices, rack }),
                            ...hosts(1)[0],
                            rails: devices,
                            rack,
                            name: `gpu-${index}`,
                        }) as SiteHost,
                );
                const svg = draw({ fabric: { ...fabric, rails } }, members);
                assertXml(svg);
                const xs = [...svg.matchAll(/cx="([\d.]+)"/g)].map(([, x]) => Number(x));
                assert.ok(xs.every(x => x > 396 - 1 && x < 876));
                assert.equal(xs.length, rails * (count > 17 ? 16 : count));
                assert.equal(/and ([\d]+) more host/.exec(svg)?.[1], count > 17 ? String(count - 16) : undefined);
            },
        );
        fc.assert(law, { numRuns: 60 });
    });

    it("says that there is none", () => {
        const svg = draw({ fabric: undefined }, hosts(1, { rails: [] }));
        assertXml(svg);
        assert.match(svg, />no fabric</);
    });
});
