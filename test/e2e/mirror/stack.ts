import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { root } from "../shell";

/** Images by what they are for. */
export interface StackImages {
    readonly llamacpp: string;
    readonly vllm: string;
    readonly proxy: string;
}

/** A project with the stack `mirror`: a site of one node with two models, whose images these are. */
export function writeProject(folder: string, images: StackImages): void {
    for (const file of ["package.json", "package-lock.json"]) {
        cpSync(join(root, file), join(folder, file));
    }
    const model = (name: string, engine: "llamacpp" | "vllm", port: number): object => ({
        name,
        model: "tiny-deepseek",
        precision: "f32",
        engine,
        pool: "cpu",
        replicas: 1,
        contextTokens: 2048,
        concurrency: 1,
        weights: { hostPath: "/srv/tiny", sha256sums: `${"ab".repeat(32)}  tiny.gguf\n`, sizeGB: 1 },
        endpoint: { host: "127.0.0.1", serviceType: "NodePort", port },
    });
    const site = {
        name: "mirror-test",
        environment: "local",
        access: { user: "root" },
        timeServers: [],
        hosts: [{ name: "node-1", address: "127.0.0.1", role: "edge", pool: "cpu", managed: false }],
        cluster: { mode: "existing", kubeconfigFile: "/nowhere", namespace: "inference" },
        images,
        models: [model("one", "llamacpp", 30643), model("two", "vllm", 30644)],
        compliance: [],
    };
    writeFileSync(join(folder, "Pulumi.mirror.yaml"), stringify({ config: { "seamount:site": site } }));
}
