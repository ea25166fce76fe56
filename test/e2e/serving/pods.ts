import { kubectl } from "../shell";
import { namespace } from "./site";

/** What is read of a pod. */
export interface Pod {
    readonly metadata: {
        readonly name: string;
        readonly uid: string;
        readonly deletionTimestamp?: string;
        readonly labels: Readonly<Record<string, string>>;
    };
    readonly spec: { readonly nodeName?: string };
    readonly status: {
        readonly podIP?: string;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
        readonly containerStatuses?: readonly {
            readonly name: string;
            readonly containerID?: string;
            readonly restartCount: number;
        }[];
    };
}

/** Pods by their labels that are not on their way out. */
export async function pods(labels: string): Promise<readonly Pod[]> {
    const text = await kubectl("get", "pods", "-n", namespace, "-l", labels, "-o", "json");
    return (JSON.parse(text) as { items: readonly Pod[] }).items.filter(
        ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
}

/** Whether a pod takes requests. */
export const isReady = ({ status }: Pod): boolean =>
    status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;

/** What a pod's container printed since it started. */
export const log = (pod: string, container: string): Promise<string> =>
    kubectl("logs", "-n", namespace, pod, "-c", container, "--tail=-1");

/** Chat completions that each pod of a model has answered, by the pod's name, as its own proxy has logged them. */
export async function answeredBy(labels: string): Promise<ReadonlyMap<string, number>> {
    const counted = await Promise.all(
        (await pods(labels)).map(async ({ metadata }): Promise<readonly [string, number]> => {
            const lines = (await log(metadata.name, "proxy")).split("\n");
            return [
                metadata.name,
                lines.filter(line => /"path":"\/v1\/chat\/completions","status":200/.test(line)).length,
            ];
        }),
    );
    return new Map(counted);
}

/** Waits until something is so and prints the seconds that it took, since `began` where that is given. */
export async function timed(
    what: string,
    is: () => Promise<boolean>,
    { began = Date.now(), limitSeconds = 240 }: { readonly began?: number; readonly limitSeconds?: number } = {},
): Promise<number> {
    while (!(await is())) {
        if (Date.now() - began > limitSeconds * 1000) throw new Error(`${what}: not after ${limitSeconds} s`);
        await new Promise(resolve => setTimeout(resolve, 200));
    }
    const seconds = (Date.now() - began) / 1000;
    console.log(`      ${what}: ${seconds.toFixed(1)} s`);
    return seconds;
}
