import { randomBytes } from "node:crypto";
import { changesBetween, withoutPaths } from "../diff";
import * as protocol from "../provider";
import { hasUnknown, isObject, Properties, textAt, without } from "../values";
import { GaveUp, skipsWaiting, Waiter } from "./await";
import { CHART, constructChart } from "./chart";
import { Unreachable } from "./client";
import { diffConfig, readConfig } from "./config";
import { Connection, reachable } from "./connection";
import { described, isNotYet, messageOf, refuseOthers } from "./errors";
import { needsNewObject } from "./immutable";
import { decodeYaml } from "./yaml";
import { UnknownKind } from "./kinds";
import * as objects from "./objects";
import { isNamespacedKind, namespaced } from "./scope";

/** Stands in for the released provider of @pulumi/kubernetes. */
export class KubernetesProvider implements protocol.Provider {
    readonly diffConfig = diffConfig;
    private readonly connection: Connection;

    constructor(private readonly host: protocol.Host) {
        this.connection = new Connection(host);
    }

    configure(inputs: Properties): void {
        this.connection.configure(readConfig(inputs, process.env));
    }

    async check({ type, name, olds, news, proposedName }: protocol.CheckRequest): Promise<protocol.CheckResult> {
        if (objects.kindOfType(type).kind.endsWith("List")) {
            throw new Error(`${type} is a list: use the kind of its items`);
        }
        const fresh = proposedName || `${name}-${randomBytes(4).toString("hex")}`;
        const named = objects.autonamed(news, olds, fresh);
        const cluster = await this.connection.cluster();
        const isNamespaced = await isNamespacedKind(named, cluster);
        const home = cluster instanceof Unreachable ? this.connection.config.namespace || "default" : cluster.namespace;
        const inputs = isNamespaced ? namespaced(named, home) : named;
        const needsName = objects.kindOfType(type).isPatch && textAt(news, "metadata", "name") === "";
        const failures = needsName
            ? [{ property: "metadata.name", reason: "a Patch resource must name its object" }]
            : [];
        return { inputs, failures };
    }

    diff({ type, state, oldInputs, news, ignoreChanges }: protocol.DiffRequest): Promise<protocol.DiffResult> {
        const live = objects.liveOf(state);
        const before = objects.toApi(objects.appliedInputs(state) ?? oldInputs);
        const after = objects.toApi(news);
        const changes = withoutPaths(
            changesBetween(objects.pruned(live, before), after, {
                equivalent: objects.meansTheSame,
                replaces: path =>
                    objects.kindOfType(type).isPatch
                        ? ["metadata.name", "metadata.namespace"].includes(path.join("."))
                        : needsNewObject(after, path, this.connection.config),
            }),
            ignoreChanges,
        );
        const keepsItsName = objects.idOf(after) === objects.idOf(live) && !objects.isAutonamed(after);
        const isReplaced = [...changes.values()].some(({ replace }) => replace);
        return Promise.resolve({ changes, deleteBeforeReplace: isReplaced && keepsItsName });
    }

    async create({
        urn,
        type,
        inputs,
        preview,
        timeoutSeconds,
    }: protocol.CreateRequest): Promise<{ id: string; state: Properties }> {
        const { isPatch } = objects.kindOfType(type);
        const cluster = await this.connection.cluster(urn);
        const asWritten = { id: "", state: inputs };
        if (preview && (cluster instanceof Unreachable || isPatch || hasUnknown(inputs))) {
            return asWritten;
        }
        const object = objects.toApi(inputs);
        const fieldManager =
            objects.annotation(object, "pulumi.com/patchFieldManager") ||
            `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
        const force = !isPatch || objects.annotation(object, "pulumi.com/patchForce") === "true";
        const apply = { fieldManager, force, dryRun: preview };
        let live: Properties;
        try {
            const reached = reachable(cluster);
            live = isPatch ? await reached.apply(object, apply) : await reached.create(object, apply);
        } catch (error) {
            if (preview && isNotYet(error)) {
                return asWritten;
            }
            throw new Error(`${described(object)} was not created: ${messageOf(error)}`);
        }
        if (preview) {
            return { id: "", state: objects.checkpoint(inputs, without(live, "status"), fieldManager) };
        }
        const settled = await this.settle(urn, live, inputs, fieldManager, timeoutSeconds);
        return { id: objects.idOf(settled), state: objects.checkpoint(inputs, settled, fieldManager) };
    }

    async update({ urn, state, type, inputs, preview, timeoutSeconds }: protocol.UpdateRequest): Promise<Properties> {
        const { isPatch } = objects.kindOfType(type);
        const cluster = await this.connection.cluster(urn);
        if (preview && (cluster instanceof Unreachable || hasUnknown(inputs))) {
            return inputs;
        }
        const object = objects.toApi(inputs);
        const fieldManager = textAt(state, "__fieldManager") || "pulumi-kubernetes";
        const force = !isPatch || objects.annotation(object, "pulumi.com/patchForce") === "true";
        let live: Properties;
        try {
            live = await reachable(cluster).apply(object, { fieldManager, force, dryRun: preview });
        } catch (error) {
            if (preview && isNotYet(error)) {
                return inputs;
            }
            throw new Error(`${described(object)} was not updated: ${messageOf(error)}`);
        }
        const settled = preview ? live : await this.settle(urn, live, inputs, fieldManager, timeoutSeconds);
        return objects.checkpoint(inputs, settled, fieldManager);
    }

    async read({ urn, type, id, state, inputs }: protocol.ExistingRequest): Promise<protocol.ReadResult | undefined> {
        const cluster = await this.connection.cluster(urn);
        if (cluster instanceof Unreachable) {
            const { deleteUnreachable, skipUpdateUnreachable } = this.connection.config;
            if (deleteUnreachable || skipUpdateUnreachable) {
                return deleteUnreachable ? undefined : { state, inputs };
            }
            const hint = "if the cluster is gone for good, refresh with PULUMI_K8S_DELETE_UNREACHABLE=true";
            throw new Error(`the cluster does not answer: ${cluster.message}; ${hint}`);
        }
        const { apiVersion, kind } = objects.kindOfType(type);
        const before = objects.toApi(inputs);
        const isKnown = textAt(before, "kind") !== "";
        const wanted = isKnown ? before : { apiVersion, kind };
        const live = await cluster
            .find(objects.withMetadata(wanted, { ...objects.parseId(id) }))
            .catch((error: unknown) => (error instanceof UnknownKind ? undefined : Promise.reject(error as Error)));
        if (live === undefined) {
            return undefined;
        }
        const found = isKnown ? objects.pruned(live, before) : objects.inputsFromLive(live);
        const marked = isObject(found) ? objects.withSecrets(found, inputs) : {};
        return { state: objects.checkpoint(marked, live, textAt(state, "__fieldManager")), inputs: marked };
    }

    async delete({ urn, type, state, timeoutSeconds }: protocol.ExistingRequest): Promise<void> {
        const live = objects.liveOf(state);
        const cluster = await this.connection.require();
        if (objects.kindOfType(type).isPatch) {
            const { apiVersion = "", kind = "" } = live;
            const { name, namespace } = objects.parseId(objects.idOf(live));
            const bare = { apiVersion, kind, metadata: { name, ...(namespace === "" ? {} : { namespace }) } };
            await cluster.apply(bare, { fieldManager: textAt(state, "__fieldManager"), force: false, dryRun: false });
            return;
        }
        const propagation = objects.annotation(live, "pulumi.com/deletionPropagationPolicy");
        const policy = propagation === "" ? "Foreground" : propagation.charAt(0).toUpperCase() + propagation.slice(1);
        await cluster.remove(live, policy);
        if (!skipsWaiting(live)) {
            await new Waiter(cluster, this.host).untilGone(urn, live, timeoutSeconds).catch((error: unknown) => {
                if (!(error instanceof UnknownKind)) {
                    throw new Error(`${described(live)}: ${messageOf(error)}`);
                }
            });
        }
    }

    invoke(token: string, inputs: Properties): Promise<Properties> {
        refuseOthers(token, "kubernetes:yaml:decode");
        return Promise.resolve(decodeYaml(inputs));
    }

    async construct(request: protocol.ConstructRequest): Promise<{ urn: string; state: Properties }> {
        refuseOthers(request.type, CHART);
        return constructChart(request, await this.connection.cluster(), this.host);
    }

    /** Waits for an object just applied. @throws NotReady, with the state to record */
    private async settle(
        urn: string,
        live: Properties,
        inputs: Properties,
        fieldManager: string,
        seconds: number,
    ): Promise<Properties> {
        try {
            const cluster = await this.connection.require();
            return await new Waiter(cluster, this.host).untilReady(urn, live, inputs, seconds);
        } catch (error) {
            if (!(error instanceof GaveUp)) {
                throw error;
            }
            const state = objects.checkpoint(inputs, error.live, fieldManager);
            const message = `${described(live)} exists, but is not ready: ${error.message}`;
            throw new protocol.NotReady(message, objects.idOf(live), state, error.reasons);
        }
    }
}
