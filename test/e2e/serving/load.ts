import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type Door, type Question } from "./client";
import { answeredBy, isReady, type Pod, pods, timed } from "./pods";
import { served } from "./site";

/** Seconds within which the service answers again when a pod was killed: what the product promises. */
const RECOVERY_SECONDS = 30;
const CLIENTS = 4;

const restarts = ({ status }: Pod): number =>
    (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** The replica that has answered most since `before`. */
async function busiest(front: string, before: ReadonlyMap<string, number>): Promise<Pod> {
    const grown = [...(await answeredBy(front))].map(
        ([name, count]) => [name, count - (before.get(name) ?? 0)] as const,
    );
    const [most] = grown.sort(([, a], [, b]) => b - a);
    assert.ok(most !== undefined && most[1] > 0, "no replica has answered anybody");
    return (await pods(front)).find(({ metadata }) => metadata.name === most[0]) ?? assert.fail("it went by itself");
}

/** Whom clients ask, and what. */
export interface Scene {
    readonly door: Door;
    readonly question: Question;
    /** Labels of the replicas' pods. */
    readonly front: string;
}

/**
 * Clients of several sessions ask without pause while `harm` is done to a replica, and until all replicas are ready
 * again. Fails where a client is left without an answer, or waits longer for one than the product promises.
 * @returns what went wrong and was asked again
 */
export async function underLoad(
    { door, question, front }: Scene,
    what: string,
    harm: (victim: Pod) => Promise<unknown>,
): Promise<readonly string[]> {
    const ready = async (): Promise<readonly Pod[]> => (await pods(front)).filter(isReady);
    await timed("all replicas are ready", async () => (await ready()).length === served.replicas);
    const before = await answeredBy(front);
    const clients = Array.from(
        { length: CLIENTS },
        (_, index) => new Client(door, { ...question, session: `client-${index}` }),
    );
    await sleep(5000);
    const victim = await busiest(front, before);
    const began = Date.now();
    await harm(victim);
    const unharmed = ({ metadata, status, spec }: Pod): boolean =>
        metadata.uid === victim.metadata.uid && restarts({ metadata, status, spec }) === restarts(victim);
    const whole = async (): Promise<boolean> => {
        const now = await ready();
        return now.length === served.replicas && !now.some(unharmed);
    };
    await timed(`${what}: all replicas are ready again`, whole, { began });
    await sleep(3000);
    await Promise.all(clients.map(client => client.stop()));

    const answers = clients.map(({ answered }) => answered.filter(({ at }) => at > began));
    const slowest = Math.max(...answers.flat().map(({ took }) => took)) / 1000;
    const retried = clients.flatMap(client => client.retried);
    const failed = clients.flatMap(client => client.failed);
    console.log(
        `      ${what}: ${answers.flat().length} answers, the slowest after ${slowest.toFixed(1)} s, ` +
            `${retried.length} asked again, ${failed.length} left without an answer`,
    );
    [...retried, ...failed].forEach(failure => console.log(`        ${failure}`));
    assert.ok(
        answers.every(each => each.length > 0),
        "every client was answered after that",
    );
    assert.deepEqual(failed, []);
    assert.ok(slowest < RECOVERY_SECONDS, `a client waited ${slowest} s`);
    return retried;
}
