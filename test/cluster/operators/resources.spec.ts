import assert from "node:assert/strict";
import fc from "fast-check";
import { operatorImages } from "../../../components/cluster/operators/reference";
import { clusterPolicy } from "../../../components/cluster/operators/resources/clusterPolicy";
import { gatewayCertificates } from "../../../components/cluster/operators/resources/gateway";
import {
    gpuPools,
    gpuShares,
    kueueObjects,
    SERVING_QUEUE,
} from "../../../components/cluster/operators/resources/kueue";
import { nicClusterPolicy, railSelectors } from "../../../components/cluster/operators/resources/nicClusterPolicy";
import { gpuHost, operatorsSite } from "./sites";

const site = operatorsSite({ install: ["gpu-operator", "network-operator", "kueue"] });
const gpuImages = operatorImages(site, "gpu-operator");
const nicImages = operatorImages(site, "network-operator");

describe("the ClusterPolicy of a site", () => {
    it("leaves the driver to hosts that have it", () => {
        const { driver, toolkit } = clusterPolicy(site, gpuImages, false).spec;
        assert.deepEqual([driver.enabled, driver.version, toolkit.enabled], [false, undefined, false]);
    });

    it("brings driver and toolkit where they are the operator's, and never replaces a driver unasked or undrained", () => {
        const own = { ...site, driver: { owner: "operator" as const, version: "580.95.05" } };
        const { driver, toolkit, migManager } = clusterPolicy(own, gpuImages, true).spec;
        assert.deepEqual([driver.enabled, driver.version, toolkit.enabled], [true, "580.95.05", true]);
        assert.deepEqual(driver.upgradePolicy.autoUpgrade, false);
        assert.deepEqual([driver.upgradePolicy.drain.enable, driver.upgradePolicy.maxParallelUpgrades], [true, 1]);
        assert.equal(migManager.enabled, false);
    });

    it("has its images by digest, as the operator wants them", () => {
        const { devicePlugin } = clusterPolicy(site, gpuImages, false).spec;
        assert.deepEqual([devicePlugin.repository, devicePlugin.image], ["nvcr.io/nvidia", "k8s-device-plugin"]);
        assert.match(devicePlugin.version, /^sha256:[0-9a-f]{64}$/);
    });
});

describe("the NicClusterPolicy of a site", () => {
    it("is not there where pods get no RDMA", () => {
        assert.equal(nicClusterPolicy(site, "none", nicImages), undefined);
    });

    it("shares the adapter of each rail, or hands out its virtual functions", () => {
        const shared = nicClusterPolicy(site, "shared", nicImages)?.spec;
        assert.match(shared?.rdmaSharedDevicePlugin?.config ?? "", /"rail-0".*"ens1np0".*"rail-1".*"ens2np0"/);
        assert.equal(shared?.sriovDevicePlugin, undefined);
        const own = nicClusterPolicy(site, "sriov", nicImages)?.spec;
        assert.match(own?.sriovDevicePlugin?.config ?? "", /"isRdma":true.*"pfNames":\["ens1np0"\]/);
        assert.equal(own?.rdmaSharedDevicePlugin, undefined);
        assert.ok(own?.secondaryNetwork !== undefined);
    });

    it("takes all adapters where the site does not name interfaces", () => {
        const unnamed = { ...site, hosts: [gpuHost("a"), gpuHost("b", { interfaces: undefined })] };
        assert.deepEqual(railSelectors(unnamed), [{ resource: "rails", interfaces: [] }]);
        const differing = { ...site, hosts: [gpuHost("a"), gpuHost("b", { interfaces: ["eth4", "eth5"] })] };
        assert.deepEqual(railSelectors(differing)[0], { resource: "rail-0", interfaces: ["ens1np0", "eth4"] });
    });
});

describe("queues of GPUs", () => {
    const pool = fc.record({ gpus: fc.integer({ min: 0, max: 512 }) }).map(({ gpus }) => ({
        pool: "p",
        resource: "nvidia.com/gpu",
        gpus,
        racked: true,
    }));
    const tenants = fc.uniqueArray(
        fc.record({ name: fc.stringMatching(/^t[0-9]{1,3}$/), gpus: fc.integer({ min: 0, max: 600 }) }),
        { selector: ({ name }) => name, maxLength: 6 },
    );

    it("never own more than there is, and leave nothing to nobody", () => {
        fc.assert(
            fc.property(fc.array(pool, { minLength: 1, maxLength: 5 }), tenants, (pools, who) => {
                const shares = [...gpuShares(pools, who).values()];
                pools.forEach((each, index) => {
                    const owned = shares.map(share => share[index] ?? 0);
                    assert.ok(owned.every(count => count >= 0));
                    assert.equal(
                        owned.reduce((sum, count) => sum + count, 0),
                        each.gpus,
                    );
                });
            }),
        );
    });

    it("give a tenant what its quota says, as far as there is so much", () => {
        const pools = gpuPools(site);
        assert.deepEqual(
            pools.map(({ gpus }) => gpus),
            [16],
        );
        const shares = gpuShares(pools, [{ name: "team", gpus: 6 }]);
        assert.deepEqual([shares.get("team"), shares.get(SERVING_QUEUE)], [[6], [10]]);
        assert.deepEqual(gpuShares(pools, [{ name: "team", gpus: 99 }]).get(SERVING_QUEUE), [0]);
    });

    it("are one for model services and one for each tenant, each for its own namespace", () => {
        const quota = { gpus: 4, cpus: 1, memoryGiB: 1, storageGiB: 1, pods: 1 };
        const withTenant = {
            ...site,
            cluster: { ...site.cluster, tenants: [{ name: "team", groups: [], quota }] },
        };
        const objects = kueueObjects(withTenant).map(
            ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
        );
        assert.deepEqual(objects, [
            "Topology /racks",
            "ResourceFlavor /h200",
            "ClusterQueue /serving",
            "LocalQueue inference/serving",
            "ClusterQueue /team",
            "LocalQueue team/team",
        ]);
    });

    it("know no topology where a rack is not known", () => {
        const unracked = { ...site, hosts: [gpuHost("a", { rack: undefined }), gpuHost("b")] };
        assert.ok(!kueueObjects(unracked).some(({ kind }) => kind === "Topology"));
    });
});

describe("certificates of gateways", () => {
    it("come after the issuer that signs them", () => {
        const order = gatewayCertificates("envoy-gateway-system", "cluster.local").map(({ metadata }) => metadata.name);
        assert.deepEqual(order, [
            "envoy-gateway-self-signed",
            "envoy-gateway-ca",
            "envoy-gateway-ca",
            "envoy-gateway",
            "envoy",
        ]);
    });
});
