import { strict as assert } from "node:assert";
import { Project, RawSite, Stack } from "./stack";
import { type Result, stackTrace } from "./shell";

const gate = ["--policy-pack", "policy", "--policy-pack-config", "policy/prod.json"];

describe("a production preview, with no host and no cluster in reach", () => {
    const project = new Project();
    const stack = new Stack(project, "prod");

    before(async () => {
        await project.create();
        await stack.create();
    });
    after(() => project.remove());

    /** Previews in a network namespace with nothing but a loopback interface. */
    const preview = (...args: string[]): Promise<Result> =>
        project.run("unshare", [
            "-n",
            "sh",
            "-c",
            'ip link set lo up; exec "$@"',
            "-",
            "pulumi",
            "preview",
            "--stack",
            "prod",
            "--non-interactive",
            "--color",
            "never",
            ...args,
        ]);

    /** Previews with the configuration changed, and changes it back. */
    async function withChange(change: (site: RawSite) => void, ...args: string[]): Promise<Result> {
        const kept = stack.read();
        stack.edit(change);
        try {
            return await preview(...args);
        } finally {
            stack.write(kept);
        }
    }

    it("succeeds, with the plan in its outputs, and says once what it cannot see", async () => {
        const { status, stdout, stderr } = await preview();
        assert.equal(status, 0, stdout + stderr);
        assert.match(stdout, /deepseek-r1: FP8 by vllm on 1 host of 8 × H200, tensor parallel 8/);
        assert.match(stdout, /\+ \d{2,3} to create/);
        const said = stdout.slice(stdout.indexOf("Diagnostics:"));
        assert.equal(said.match(/cannot be reached/g)?.length, 1, said);
        assert.match(stdout, /metal:index:ControlPlane example-1-control-plane/);
        assert.doesNotMatch(said, /no kubeconfig/);
    });

    it("passes the production policies", async () => {
        const { status, stdout, stderr } = await preview(...gate);
        assert.equal(status, 0, stdout + stderr);
    });

    it("is stopped by a mandatory policy: an image that is not pinned", async () => {
        const { status, stdout, stderr } = await withChange(
            site => {
                for (const model of site.models) model.image = "registry.example.internal/seamount/vllm:latest";
            },
            ...gate,
        );
        assert.notEqual(status, 0);
        assert.match(stdout + stderr, /images-pinned/);
        assert.match(stdout + stderr, /vllm:latest" must be pinned by digest/);
    });

    it("is stopped by a mandatory policy: one replica without a reason", async () => {
        const { status, stdout, stderr } = await withChange(
            site => {
                for (const model of site.models) {
                    model.replicas = 1;
                    // What its clients ask for is more than one replica can give, and would be refused before the policies are asked.
                    delete model.traffic;
                    delete model.objectives;
                }
            },
            ...gate,
        );
        assert.notEqual(status, 0);
        assert.match(stdout + stderr, /production-replicas/);
    });

    it("refuses R1 in FP8 on one host of 8 × H100, with both numbers and a plan that fits", async () => {
        const { status, stdout, stderr } = await withChange(site => {
            delete (site.fabric as { infiniband?: object }).infiniband;
            site.hosts = site.hosts
                .filter(host => host.role !== "gpu")
                .concat({
                    name: "gpu-01",
                    os: "ubuntu-24.04",
                    rack: "a",
                    address: "10.20.0.11",
                    role: "gpu",
                    pool: "r1",
                    gpu: { model: "H100", count: 8 },
                    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
                });
            site.models = site.models
                .filter(model => model.name === "deepseek-r1")
                .map(model => ({ ...model, replicas: 1 }));
        });
        assert.notEqual(status, 0);
        const refusal = (stdout + stderr).split("\n").find(line => line.includes("689 GB")) ?? "";
        assert.match(refusal, /640 GB/);
        assert.match(refusal, /8 × H200/);
        assert.doesNotMatch(stdout + stderr, stackTrace);
    });

    it("lists every mistake in a site file, each with its path", async () => {
        const { status, stdout, stderr } = await withChange(site => {
            (site.hosts[0] as Record<string, unknown>).address = "10.0.0.300";
            (site.models[0] as Record<string, unknown>).contextTokns = 1;
            site.cluster.mode = "existng";
        });
        assert.notEqual(status, 0);
        const text = stdout + stderr;
        assert.match(text, /seamount:site\.hosts\[0\]\.address: "10\.0\.0\.300" is not an address/);
        assert.match(text, /seamount:site\.models\[0\]\.contextTokns.*contextTokens/);
        assert.match(text, /seamount:site\.cluster\.mode/);
        assert.doesNotMatch(text, stackTrace);
    });
});
