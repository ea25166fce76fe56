import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namespaceManifest } from "../../../components/cluster/manifests";
import { kueueObjects, SERVING_QUEUE } from "../../../components/cluster/operators/resources/kueue";
import { priorityClasses, priorityClassName } from "../../../components/cluster/tenancy/priorities";
import { tenantManifests } from "../../../components/cluster/tenancy/tenant";
import { apply } from "../nodes";
import { kueueConfiguration, nodes, perRack, pool, serving, site, size, tenant } from "./site";
import { deployment, job, placed, timed, type Work } from "./work";
import { kubectl, must, run } from "../shell";

const racks = new Map(site.hosts.map(({ name, rack = "" }) => [name, rack]));
const racksOf = (names: readonly string[]): readonly string[] => [...new Set(names.map(name => racks.get(name) ?? ""))];
const named = (apiVersion: string, kind: string, manifest: object): object => ({ apiVersion, kind, ...manifest });

describe("scheduling on 300 simulated nodes with 8 GPUs each", function () {
    this.timeout(600_000);
    const work: { readonly namespace: string; readonly kind: string; readonly name: string }[] = [];
    const start = async (kind: "deployment" | "job", manifest: object, { namespace, name }: Work): Promise<void> => {
        work.push({ namespace, kind, name });
        await apply(manifest);
    };
    const isWhole = (some: Work) => async (): Promise<boolean> => (await placed(some)).length === some.pods;

    before("nodes, tenants, priorities and queues as the site has them", async () => {
        const configuration = mkdtempSync(join(tmpdir(), "seamount-kueue-"));
        writeFileSync(join(configuration, "kueue.yaml"), kueueConfiguration());
        await must("local/bed/kueue.sh", ["up", join(configuration, "kueue.yaml")]);
        rmSync(configuration, { recursive: true });
        await apply(...nodes);
        const { namespace, quotas, limits } = tenantManifests(tenant, {
            servingNamespace: serving,
            gpuResources: ["nvidia.com/gpu"],
        });
        await apply(
            named("v1", "Namespace", namespaceManifest(serving)),
            named("v1", "Namespace", namespace),
            ...Object.values(quotas).map(quota => named("v1", "ResourceQuota", quota)),
            named("v1", "LimitRange", limits),
            ...Object.values(priorityClasses(serving)).map(each =>
                named("scheduling.k8s.io/v1", "PriorityClass", each),
            ),
            ...kueueObjects(site),
        );
        await timed(`${size.hosts} nodes are ready and the queue is open`, async () => {
            const ready = await kubectl("get", "nodes", "-l", `e2e=${pool}`, "--no-headers");
            const queue = await kubectl("get", "clusterqueue", SERVING_QUEUE, "-o", "json");
            return (ready.match(/ Ready /g)?.length ?? 0) === size.hosts && /"type": "Active"/.test(queue);
        });
    });

    afterEach(async () => {
        for (const { namespace, kind, name } of work.splice(0)) {
            await kubectl("delete", kind, name, "-n", namespace, "--wait=false");
        }
        for (const namespace of [serving, tenant.name]) {
            await kubectl("delete", "pods", "--all", "-n", namespace, "--wait=true", "--timeout=120s");
        }
    });

    after(async () => {
        await must("local/bed/kueue.sh", ["down"]);
        await kubectl("delete", "namespace", serving, tenant.name, "--ignore-not-found", "--timeout=120s");
        await kubectl("delete", "nodes", "-l", `e2e=${pool}`, "--wait=false");
        const classes = (["serving", "batch", "preemptible"] as const).map(level => priorityClassName(serving, level));
        await kubectl("delete", "priorityclass", ...classes, "--ignore-not-found");
    });

    it("spreads replicas evenly over all racks", async () => {
        const spread: Work = { namespace: serving, name: "spread", pods: 3 * size.racks, spread: true };
        await start("deployment", deployment(spread), spread);
        await timed(`${spread.pods} pods over ${size.racks} racks`, isWhole(spread));
        const counts = new Map<string, number>();
        (await placed(spread)).forEach(node =>
            counts.set(racks.get(node) ?? "", (counts.get(racks.get(node) ?? "") ?? 0) + 1),
        );
        assert.deepEqual([...new Set(counts.values())], [3]);
        assert.equal(counts.size, size.racks);
    });

    it("lets serving take what it needs from batch on full nodes, and no more", async () => {
        const batch: Work = {
            ...{ namespace: serving, name: "batch", pods: size.hosts },
            priorityClassName: priorityClassName(serving, "preemptible"),
        };
        const model: Work = {
            ...{ namespace: serving, name: "model", pods: 24 },
            priorityClassName: priorityClassName(serving, "serving"),
        };
        await start("deployment", deployment(batch), batch);
        await timed(`${batch.pods} pods of batch fill all nodes`, isWhole(batch));
        await start("deployment", deployment(model), model);
        await timed(`${model.pods} pods of a model take their place`, isWhole(model));
        assert.equal((await placed(batch)).length, size.hosts - model.pods);
    });

    it("holds a tenant to its quota, in its queue and beside it", async () => {
        const within: Work = { namespace: tenant.name, name: "within", pods: tenant.quota.gpus / size.gpus };
        await start("job", job(within, tenant.name), within);
        await timed(`${within.pods} pods of a tenant`, isWhole(within));
        const beside = {
            ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "beside", namespace: tenant.name } },
            spec: (deployment({ ...within, gpus: 1 }) as { spec: { template: { spec: object } } }).spec.template.spec,
        };
        const { status, stderr } = await run(
            "local/bed/kubernetes.sh",
            ["kubectl", "create", "-f", "-"],
            JSON.stringify(beside),
        );
        assert.equal(status, 1);
        assert.match(stderr, /exceeded quota: quota, requested: requests\.nvidia\.com\/gpu=1/);
    });

    it("starts one of two jobs that cannot both run whole, and the other after it", async () => {
        const jobs: readonly Work[] = ["gang-a", "gang-b"].map(name => ({ namespace: serving, name, pods: 160 }));
        await Promise.all(jobs.map(each => start("job", job(each, SERVING_QUEUE), each)));
        const counts = async (): Promise<readonly number[]> =>
            Promise.all(jobs.map(async each => (await placed(each)).length));
        await timed("160 pods of one job", async () => (await counts()).includes(160));
        assert.deepEqual(
            (await counts()).toSorted((a, b) => a - b),
            [0, 160],
            "the other has none at all",
        );
        const first = jobs[(await counts()).indexOf(160)];
        const second = jobs.find(each => each !== first);
        assert.ok(first && second);
        await kubectl("delete", "job", first.name, "-n", serving, "--wait=false");
        work.splice(
            work.findIndex(({ name }) => name === first.name),
            1,
        );
        await timed("160 pods of the other, once the first has ended", isWhole(second));
    });

    it("puts a job that asks for one rack into one rack, and none of one that fits into no rack", async () => {
        const fits: Work = { namespace: serving, name: "one-rack", pods: perRack, oneRack: true };
        const tooWide: Work = { namespace: serving, name: "too-wide", pods: perRack + 1, oneRack: true };
        await start("job", job(fits, SERVING_QUEUE), fits);
        await start("job", job(tooWide, SERVING_QUEUE), tooWide);
        await timed(`${fits.pods} pods in one rack`, isWhole(fits));
        assert.equal(racksOf(await placed(fits)).length, 1);
        await timed("why the wider job waits is told", async () =>
            /topology .*racks.* (doesn't allow|allows) to fit/.test(
                await kubectl(
                    "get",
                    "workloads",
                    "-n",
                    serving,
                    "-o",
                    "jsonpath={.items[*].status.conditions[*].message}",
                ),
            ),
        );
        assert.deepEqual(await placed(tooWide), []);
    });
});
