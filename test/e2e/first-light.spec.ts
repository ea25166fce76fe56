import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../../local/completion";
import { files, leaks, ProcessListWatch } from "./secrets";
import { kubectl, must, onHost, run, stackTrace, transcript } from "./shell";
import { asTestSite, bed, endpoint } from "./site";
import { Project, Stack } from "./stack";

interface Outputs {
    readonly endpoints: Record<string, string>;
    readonly apiKeys: Record<string, string>;
    readonly caCertificate: string;
}

/** The items of one host that a preview would change, as paths. */
async function drift(stack: Stack): Promise<Record<string, string[]>> {
    const hosts = (await stack.steps()).filter(step => step.urn.includes("metal:index:Host"));
    return Object.fromEntries(
        hosts.map(step => [step.urn.replace(/^.*::|-host$/g, ""), Object.keys(step.detailedDiff ?? {}).sort()]),
    );
}

describe("a site, from nothing to nothing", () => {
    const project = new Project();
    const stack = new Stack(project, "e2e");
    let watch: ProcessListWatch;
    let outputs: Outputs;
    const sshKey = readFileSync(join(bed, "id_ed25519"), "utf8");

    before(async () => {
        await project.create();
        await stack.create("local");
        stack.edit(asTestSite);
        await stack.setSecret("seamount:sshPrivateKey", sshKey);
        watch = new ProcessListWatch();
    });

    after(async () => {
        watch.stop();
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        project.remove();
    });

    it("survives a host that loses power in the middle of up", async () => {
        const up = stack.pulumi("up", "--yes", "--skip-preview");
        const seen = must("sh", ["-c", "until local/bed/hosts.sh exec metal-3 pgrep -x dpkg; do sleep 0.05; done"]);
        await Promise.race([seen, up.then(({ stdout }) => assert.fail(`up ended before dpkg was seen:\n${stdout}`))]);
        await must("local/bed/hosts.sh", ["kill", "metal-3"]);
        const { status, stdout, stderr } = await up;
        assert.notEqual(status, 0);
        assert.match(stdout + stderr, /metal-3/);
        assert.doesNotMatch(stdout + stderr, stackTrace);
        await must("local/bed/hosts.sh", ["up", "metal-3"]);
    });

    it("finishes with the next up", async () => {
        await stack.succeed("up", "--yes", "--skip-preview");
        outputs = await stack.outputs<Outputs>();
    });

    for (const host of ["metal-3", "metal-4"]) {
        it(`made ${host} what it should be, read by other means`, async () => {
            assert.equal(await onHost(host, "cat /proc/sys/vm/swappiness"), "1");
            assert.match(
                await onHost(host, "cat /sys/kernel/mm/transparent_hugepage/enabled"),
                /^(never|.*\[never\].*)$/,
            );
            assert.equal(await onHost(host, "systemctl is-active chrony"), "active");
            assert.equal(await onHost(host, "systemctl is-enabled chrony"), "enabled");
            assert.match(await onHost(host, "dpkg-query -W -f '${db:Status-Abbrev}' chrony"), /^ii/);
            assert.match(await onHost(host, "sshd -T"), /^passwordauthentication no$/m);
            assert.match(await onHost(host, "cat /etc/security/limits.d/*seamount*"), /memlock\s+unlimited/);
        });
    }

    it("has nothing left to do", async () => {
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("answers a chat completion over TLS 1.3 with the key, and with the key only", async () => {
        const question = { model: "tiny-deepseek", question: "Hello", ca: outputs.caCertificate };
        const url = outputs.endpoints["tiny-deepseek"] ?? "";
        const key = outputs.apiKeys["tiny-deepseek"] ?? "";
        assert.equal(url, `https://${endpoint.host}:${endpoint.port}/v1`);
        const good = await ask({ ...question, endpoint: url, key });
        assert.equal(good.status, 200, good.body);
        assert.equal(good.protocol, "TLSv1.3");
        const answer = JSON.parse(good.body) as { usage: { completion_tokens: number } };
        assert.equal(answer.usage.completion_tokens, 16);
        assert.equal((await ask({ ...question, endpoint: url, key: "" })).status, 401);
        assert.equal((await ask({ ...question, endpoint: url, key: `${key}x` })).status, 401);
        await assert.rejects(ask({ ...question, endpoint: url, key, maxVersion: "TLSv1.2" }), /protocol|alert/i);
    });

    it("runs the engine as the restricted profile demands, on the real node", async () => {
        const pods = JSON.parse(await kubectl("get", "pods", "-n", "e2e", "-o", "json")) as {
            items: { spec: { nodeName: string }; metadata: { name: string }; status: { phase: string } }[];
        };
        const tiny = pods.items.filter(pod => pod.metadata.name.startsWith("tiny-deepseek"));
        assert.deepEqual(
            tiny.map(pod => [pod.spec.nodeName, pod.status.phase]),
            [["node-1", "Running"]],
        );
        const large = pods.items.filter(pod => pod.metadata.name.startsWith("deepseek-r1"));
        assert.ok(large.length > 0 && large.every(pod => /^gpu-0\d$/.test(pod.spec.nodeName)));
    });

    it("shows what was changed by hand, item by item, host by host", async () => {
        await onHost("metal-3", "sysctl -w vm.swappiness=60");
        await onHost("metal-3", "rm /etc/ssh/sshd_config.d/10-seamount.conf");
        await onHost("metal-4", "systemctl stop chrony");
        assert.deepEqual(await drift(stack), {
            "metal-3": ['files["/etc/ssh/sshd_config.d/10-seamount.conf"]', 'sysctls["vm.swappiness"]'],
            "metal-4": ['services["chrony.service"].running'],
        });
        assert.match(await stack.succeed("preview"), /metal-3: sysctl vm\.swappiness is 60, should be 1/);
        assert.notEqual((await stack.pulumi("preview", "--expect-no-changes")).status, 0);
    });

    it("repairs it with up, and only that", async () => {
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.equal(await onHost("metal-3", "cat /proc/sys/vm/swappiness"), "1");
        assert.match(await onHost("metal-3", "sshd -T"), /^passwordauthentication no$/m);
        assert.equal(await onHost("metal-4", "systemctl is-active chrony"), "active");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("previews with a host out of reach: one plain warning, no failure", async () => {
        await must("local/bed/hosts.sh", ["kill", "metal-4"]);
        const { status, stdout, stderr } = await stack.pulumi("preview");
        await must("local/bed/hosts.sh", ["up", "metal-4"]);
        assert.equal(status, 0, stdout + stderr);
        const said = stdout.slice(stdout.indexOf("Diagnostics:"));
        assert.equal(said.match(/metal-4 \(10\.88\.0\.14\) cannot be reached/g)?.length, 1, stdout);
        assert.doesNotMatch(stdout + stderr, stackTrace);
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("changes nothing on a host whose connection alone changed", async () => {
        const before = await onHost("metal-4", "journalctl -u ssh --grep Accepted -o cat | wc -l");
        stack.edit(site => Object.assign(site.access as object, { connectTimeoutSeconds: 7 }));
        const [step, ...others] = (await stack.steps()).filter(({ urn }) => urn.endsWith("metal-4-host"));
        assert.deepEqual(
            [step?.op, Object.keys(step?.detailedDiff ?? {}), others],
            ["update", ["connection.connectTimeoutSeconds"], []],
        );
        await stack.succeed("up", "--yes", "--skip-preview");
        const after = await onHost("metal-4", "journalctl -u ssh --grep Accepted -o cat | wc -l");
        assert.ok(Number(after) - Number(before) <= 3, `${before} logins before, ${after} after`);
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("leaves no secret in state, logs, output or the process list", async () => {
        const kubeconfig = readFileSync(join(bed, "kubeconfig"), "utf8");
        const clientKey = /client-key-data: (\S+)/.exec(kubeconfig)?.[1];
        assert.ok(clientKey, "the kubeconfig holds a client key");
        const tlsKey = Buffer.from(
            (await kubectl("get", "secrets", "-n", "e2e", "-o", "jsonpath={.items[*].data['tls\\.key']}")).split(
                " ",
            )[0] ?? "",
            "base64",
        ).toString();
        assert.match(tlsKey, /PRIVATE KEY/);
        const secrets = { sshKey, clientKey, tlsKey, apiKey: outputs.apiKeys["tiny-deepseek"] ?? "" };
        const commandLines = watch.stop();
        assert.ok(
            commandLines.some(line => line.includes("ssh")),
            "the watch saw the run",
        );
        const places = [
            ...files(project.backend),
            ...files(join(bed, "logs")),
            { path: "what Pulumi printed", text: transcript.join("\n") },
            { path: "the process list", text: commandLines.join("\n") },
        ];
        assert.ok(places.length > 5);
        assert.deepEqual(
            places.flatMap(({ path, text }) => leaks(text, secrets).map(name => `${name} in ${path}`)),
            [],
        );
        watch = new ProcessListWatch();
    });

    it("puts back what it found, and leaves nothing, when destroyed", async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        for (const host of ["metal-3", "metal-4"]) {
            assert.equal(await onHost(host, "cat /proc/sys/vm/swappiness"), "60");
            assert.equal(await onHost(host, "find /etc -name '*seamount*'"), "");
            assert.match(await onHost(host, "dpkg-query -W -f '${db:Status-Abbrev}' chrony"), /^ii/, "packages stay");
        }
        assert.notEqual((await run("local/bed/kubernetes.sh", ["kubectl", "get", "namespace", "e2e"])).status, 0);
        const volumes = await kubectl("get", "persistentvolumes", "-o", "name");
        assert.doesNotMatch(volumes, /e2e/);
        const { deployment } = JSON.parse(await stack.succeed("stack", "export")) as {
            deployment: { resources?: unknown[] };
        };
        assert.deepEqual(deployment.resources ?? [], []);
    });
});
