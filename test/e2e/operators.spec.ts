import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, root, run, stackTrace } from "./shell";
import { bed } from "./site";
import { Project, Stack, type Step } from "./stack";

const namespace = "charts-e2e";
const password = "pa55-of-the-chart";

/** The chart is rendered by Helm: by the provider's own, or, with the stand-in, by the one on the PATH. */
describe("an operator from a chart in a folder, on a real API server", () => {
    let project: Project;
    let stack: Stack;
    const charts = mkdtempSync(join(tmpdir(), "seamount-charts-"));
    const path = process.env.PATH;

    const kubectl = (...args: string[]): Promise<string> =>
        must("kubectl", ["--kubeconfig", join(bed, "kubeconfig"), "--namespace", namespace, ...args]);
    const want = (values: object, more: object = {}): void =>
        stack.configure({
            "charts:kubeconfig": join(bed, "kubeconfig"),
            "charts:namespace": namespace,
            "charts:charts": charts,
            "charts:values": { password, ...values },
            ...more,
        });
    const steps = async (): Promise<readonly Step[]> =>
        (JSON.parse(await stack.succeed("preview", "--json")) as { steps: Step[] }).steps;
    const changes = (all: readonly Step[]): readonly string[] =>
        all.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.slice(urn.lastIndexOf("::") + 2)}`);

    before(async function () {
        // Helm is built where it was not yet: 8 minutes of processor time.
        this.timeout(1_800_000);
        process.env.PATH = `${(await must("local/bed/helm.sh", [])).trim()}:${path}`;
        await must("helm", ["package", join(root, "test", "e2e", "charts", "demo"), "--destination", charts]);
        // It takes its environment when it is made.
        project = new Project(join("test", "e2e", "charts", "program"));
        stack = new Stack(project, "charts");
        await project.create();
        await stack.create();
        want({ greeting: "hello" });
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        process.env.PATH = path;
        project.remove();
        rmSync(charts, { recursive: true });
    });

    it("is listed and not rendered while the cluster cannot be seen", async () => {
        want({ greeting: "hello" }, { "charts:visible": "false" });
        const all = await steps();
        assert.ok(changes(all).includes("create demo"), changes(all).join("\n"));
        assert.ok(!all.some(({ urn }) => urn.includes("helm.sh")), changes(all).join("\n"));
        want({ greeting: "hello" }, { "charts:visible": "true" });
    });

    it("comes with its namespace, its definitions first, and nothing from hooks", async () => {
        await stack.succeed("up", "--yes", "--skip-preview");
        const settings = JSON.parse(await kubectl("get", "configmap", "demo-settings", "-o", "json")) as {
            data: Record<string, string>;
        };
        assert.equal(settings.data.greeting, "hello");
        assert.match(settings.data.kubernetes ?? "", /^v1\.\d+\./);
        assert.equal(settings.data.queues, "true");
        assert.equal((await kubectl("get", "greeting", "demo", "-o", "jsonpath={.spec.words}")).trim(), "hello");
        assert.match(await kubectl("get", "clusterrole", "demo-reader", "-o", "name"), /demo-reader/);
        assert.doesNotMatch(await kubectl("get", "configmaps", "-o", "name"), /demo-hook/);
        const labels = await kubectl("get", "namespace", namespace, "-o", "jsonpath={.metadata.labels}");
        assert.match(labels, /"pod-security\.kubernetes\.io\/enforce":"restricted"/);
    });

    it("has nothing more to do then, and keeps its secrets out of the state", async () => {
        assert.deepEqual(changes(await steps()), []);
        const state = await stack.succeed("stack", "export");
        assert.ok(!state.includes(password) && !state.includes(Buffer.from(password).toString("base64")));
    });

    it("changes what a changed value changes", async () => {
        want({ greeting: "good day" });
        const changed = changes(await steps());
        assert.ok(
            changed.some(line => /^update .*demo$/.test(line)),
            changed.join("\n"),
        );
        assert.ok(!changed.some(line => /clusterrole|demo-reader/i.test(line)), changed.join("\n"));
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.equal((await kubectl("get", "greeting", "demo", "-o", "jsonpath={.spec.words}")).trim(), "good day");
    });

    it("says in a line that there is no chart", async () => {
        want({ greeting: "good day" }, { "charts:charts": join(charts, "nowhere") });
        const { status, stdout, stderr } = await stack.pulumi("preview");
        assert.notEqual(status, 0);
        assert.match(stdout + stderr, /cluster\.operators\.charts: \S+\/nowhere\/demo-0\.1\.0\.tgz does not exist/);
        assert.doesNotMatch(stdout + stderr, stackTrace);
        want({ greeting: "good day" });
    });

    it("goes with all that it brought", async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        const config = ["--kubeconfig", join(bed, "kubeconfig")];
        assert.notEqual((await run("kubectl", [...config, "get", "namespace", namespace])).status, 0);
        assert.notEqual((await run("kubectl", [...config, "get", "crd", "greetings.demo.seamount.dev"])).status, 0);
    });
});
