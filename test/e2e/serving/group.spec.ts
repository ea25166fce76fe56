import assert from "node:assert/strict";
import { kubectl, must } from "../shell";
import { Project, type Stack } from "../stack";
import { makeStack, removeNodes, startNodes, up } from "./bed";
import { type Answer, ANSWER_TOKENS, ask, type Door, usage } from "./client";
import { isReady, type Pod, pods, timed } from "./pods";
import { door, nodes, overTwoHosts, served } from "./site";

/** Bytes that a worker gets for each token, at the least: the model's hidden state, 128 numbers of 4 bytes. */
const LEAST_BYTES = 512;

/** Bytes that a pod has received from others. Nobody but its leader talks to a worker. */
async function received(pod: string): Promise<number> {
    const text = await kubectl("exec", "-n", "e2e-serving", pod, "-c", "engine", "--", "cat", "/proc/net/dev");
    return Number(/eth0: *(\d+)/.exec(text)?.[1] ?? assert.fail(text));
}

describe("a model over two hosts", function () {
    this.timeout(600_000);
    const project = new Project();
    let stack: Stack;
    let question: () => Promise<Answer>;
    const group = `app.kubernetes.io/name=${served.name}`;
    const answers = (): Promise<boolean> =>
        question().then(
            ({ status }) => status === 200,
            () => false,
        );
    const member = async (index: string): Promise<Pod> =>
        (await pods(`${group},leaderworkerset.sigs.k8s.io/worker-index=${index}`))[0] ?? assert.fail(`no pod ${index}`);

    before("a second real node, LeaderWorkerSet's controller, and the stack", async () => {
        await startNodes();
        await must("local/bed/lws.sh", ["up"]);
        await project.create();
        stack = await makeStack(project, "group", overTwoHosts);
        await up(stack);
        const outputs = await stack.outputs<{ caCertificate: string; apiKeys: Record<string, string> }>();
        const here: Door = { url: `https://${door.host}:${door.port}/v1`, ca: outputs.caCertificate };
        const token = outputs.apiKeys[served.name] ?? "";
        question = () => ask(here, { model: served.name, text: "Hello", token });
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await must("local/bed/lws.sh", ["down"]);
        await removeNodes();
        project.remove();
    });

    it("has its two pods on two hosts, with nothing left to do", async () => {
        const members = (): Promise<readonly Pod[]> => pods(group);
        await timed("both pods are ready", async () => {
            const now = await members();
            return now.length === nodes.length && now.every(isReady);
        });
        assert.deepEqual((await members()).map(({ spec }) => spec.nodeName).sort(), [...nodes]);
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("answers a chat completion that both have computed", async () => {
        const before = await received((await member("1")).metadata.name);
        const answer = await question();
        assert.equal(answer.status, 200, answer.body);
        assert.equal(usage(answer).completion_tokens, ANSWER_TOKENS);
        const bytes = (await received((await member("1")).metadata.name)) - before;
        console.log(`      the worker got ${bytes} bytes for ${ANSWER_TOKENS} tokens`);
        assert.ok(bytes > ANSWER_TOKENS * LEAST_BYTES, `the worker got ${bytes} bytes`);
    });

    for (const [what, index] of [
        ["worker", "1"],
        ["leader", "0"],
    ] as const) {
        it(`is made anew as a whole when its ${what}'s pod is killed, and answers again`, async () => {
            const before = await Promise.all([member("0"), member("1")]);
            const victim = await member(index);
            const began = Date.now();
            await kubectl(
                "delete",
                "pod",
                victim.metadata.name,
                "-n",
                "e2e-serving",
                "--grace-period=0",
                "--force",
                "--wait=false",
            );
            const old = new Set(before.map(({ metadata }) => metadata.uid));
            await timed(
                `the ${what} killed: two new pods are ready`,
                async () => {
                    const now = await pods(group);
                    return now.length === 2 && now.every(pod => isReady(pod) && !old.has(pod.metadata.uid));
                },
                { began },
            );
            await timed(`the ${what} killed: the model answers again`, answers, { began });
            assert.deepEqual((await pods(group)).map(({ spec }) => spec.nodeName).sort(), [...nodes]);
        });
    }
});
