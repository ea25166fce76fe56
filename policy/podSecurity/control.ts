import { containersOf, isRecord, type PodView } from "../pod";

/**
 * One control of the Pod Security Standards, restricted level, version latest (Kubernetes 1.36). A check yields a
 * sentence for each violation; everything it reads is read when it is asked.
 */
export interface Control {
    readonly name: string;
    check(pod: PodView): Iterable<string>;
}

/** An object whose fields are looked at one by one. */
export type Fields = Readonly<Record<string, unknown>>;

/** A value as a record; empty where it is none. */
export const fields = (value: unknown): Fields => (isRecord(value) ? value : {});
/** A value as a list; empty where it is none. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** A value as a person reads it. */
export const show = (value: unknown): string => (value === undefined ? "not set" : JSON.stringify(value));

/** The pod's and each container's security context, with their paths. */
export function* contexts(pod: PodView): Generator<{ path: string; context: Fields; isPod: boolean }> {
    yield { path: `${pod.path}.securityContext`, context: fields(pod.spec.securityContext), isPod: true };
    for (const { path, container } of containersOf(pod)) {
        yield { path: `${path}.securityContext`, context: fields(container.securityContext), isPod: false };
    }
}

/** Those of the containers alone. */
export function* containerContexts(pod: PodView): Generator<{ path: string; context: Fields }> {
    for (const entry of contexts(pod)) {
        if (!entry.isPod) {
            yield entry;
        }
    }
}

/** Profiles of seccomp and AppArmor that are allowed. */
export const PROFILES: ReadonlySet<string> = new Set(["RuntimeDefault", "Localhost"]);
