import { spawn } from "node:child_process";
import { at, asText, isObject, Properties, revealAll, same, textAt } from "../values";

/** What the API server can do, as charts ask for it. */
export interface Capabilities {
    /** `v1.36.3`. */
    readonly version: string;
    /** Groups with their versions, `apps/v1`. */
    readonly apiVersions: readonly string[];
}

const REFUSED = ["dependencyUpdate", "devel", "includeHooks", "keyring", "postRenderer", "valueYamlFiles", "verify"];
const NO_HELM =
    "helm is not on the PATH, and the stand-in for @pulumi/kubernetes renders charts with it: " +
    "install it, or use local/bed/helm.sh";

/**
 * Words of `helm template` for a Chart's inputs. Values are read from stdin.
 * @throws Error naming inputs that the stand-in cannot serve
 */
export function templateWords(inputs: Properties, name: string, capabilities?: Capabilities): readonly string[] {
    const plain = revealAll(inputs);
    const refused = REFUSED.filter(key => at(plain, key) !== undefined && at(plain, key) !== false);
    if (refused.length > 0) {
        throw new Error(`${refused.join(", ")} of a Chart: not part of the stand-in for @pulumi/kubernetes`);
    }
    if (!same(plain, inputs)) {
        throw new Error("secret inputs of a Chart are not part of the stand-in for @pulumi/kubernetes");
    }
    const option = (flag: string, value: string): readonly string[] => (value === "" ? [] : [flag, value]);
    return [
        "template",
        textAt(plain, "name") || name,
        textAt(plain, "chart"),
        ...option("--namespace", textAt(plain, "namespace")),
        ...option("--version", textAt(plain, "version")),
        ...option("--repo", textAt(plain, "repositoryOpts", "repo")),
        ...option("--ca-file", textAt(plain, "repositoryOpts", "caFile")),
        ...(at(plain, "plainHttp") === true ? ["--plain-http"] : []),
        ...(at(plain, "skipCrds") === true ? [] : ["--include-crds"]),
        "--no-hooks",
        ...(capabilities === undefined ? [] : ["--kube-version", capabilities.version]),
        ...(capabilities?.apiVersions ?? []).flatMap(group => ["--api-versions", group]),
        "--values",
        "-",
    ];
}

/** Renders a Chart's inputs to YAML. @throws Error with what helm says, or that it is not there */
export async function renderChart(inputs: Properties, name: string, capabilities?: Capabilities): Promise<string> {
    const words = templateWords(inputs, name, capabilities);
    const values = at(revealAll(inputs), "values");
    const { code, stdout, stderr } = await run("helm", words, asText(isObject(values) ? values : {}));
    if (code !== 0) {
        throw new Error(`helm ${words.slice(0, 3).join(" ")}: ${stderr.trim().replace(/^Error: /, "")}`);
    }
    return stdout;
}

interface Answer {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

function run(command: string, words: readonly string[], input: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, words, { stdio: "pipe" });
        const [out, errors]: [Buffer[], Buffer[]] = [[], []];
        child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
        child.on("error", (error: NodeJS.ErrnoException) =>
            reject(error.code === "ENOENT" ? new Error(NO_HELM) : error),
        );
        child.on("close", code =>
            resolve({
                code,
                stdout: Buffer.concat(out).toString("utf8"),
                stderr: Buffer.concat(errors).toString("utf8"),
            }),
        );
        // A helm that ends early closes its end: what it says is the message then.
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
    });
}
