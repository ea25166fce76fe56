import * as assert from "node:assert/strict";
import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import { modelServiceManifests, type ModelServiceSettings } from "../../components/inference/manifests";
import { names } from "./fixtures";

/** A Deployment without outputs. */
export type Deployment = Unwrap<types.input.apps.v1.Deployment>;
/** A pod without outputs. */
export type PodSpec = Unwrap<types.input.core.v1.PodSpec>;
/** A container without outputs. */
export type Container = Unwrap<types.input.core.v1.Container>;

/** An object as the API server would read it: no outputs, and undefined fields are gone. */
export const plain = <T>(value: T): Unwrap<T> => JSON.parse(JSON.stringify(value)) as Unwrap<T>;

/** The Deployment of a service, and its pod. */
export function deploymentOf(settings: ModelServiceSettings): { deployment: Deployment; pod: PodSpec } {
    const { deployment: made } = modelServiceManifests(settings, names);
    assert.ok(made);
    const deployment = plain(made);
    const pod = deployment.spec?.template.spec;
    assert.ok(pod);
    return { deployment, pod };
}

/** Every container of a pod, in the order they start. */
export const containersOf = (pod: PodSpec): readonly Container[] => [...(pod.initContainers ?? []), ...pod.containers];

/** The container of that name. */
export function containerOf(pod: PodSpec, name: string): Container {
    return containersOf(pod).find(container => container.name === name) ?? assert.fail(`no container ${name}`);
}
