import assert from "node:assert/strict";
import { kubectl } from "../shell";
import { inNode } from "./bed";
import { type Scene, underLoad } from "./load";
import { namespace } from "./site";

/** Cases in which a replica goes while clients ask. */
export function recovery(scene: () => Scene): void {
    it("recovers from a pod that was killed, within 30 s, with no question unanswered", async () => {
        await underLoad(scene(), "a pod killed", ({ metadata: { name } }) =>
            kubectl("delete", "pod", name, "-n", namespace, "--grace-period=0", "--force", "--wait=false"),
        );
    });

    it("recovers from an engine that was killed, likewise", async () => {
        await underLoad(scene(), "an engine killed", ({ spec, status }) => {
            const id = status.containerStatuses?.find(({ name }) => name === "engine")?.containerID ?? "";
            return inNode(
                spec.nodeName ?? "",
                ...["ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGKILL"],
                id.replace(/^.*\//, ""),
            );
        });
    });

    it("lets a pod that is told to go finish its answers: no client has to ask again", async () => {
        const retried = await underLoad(scene(), "a pod told to go", ({ metadata: { name } }) =>
            kubectl("delete", "pod", name, "-n", namespace, "--wait=false"),
        );
        assert.deepEqual(retried, []);
    });
}
