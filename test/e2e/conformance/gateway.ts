import * as pulumi from "@pulumi/pulumi";
import { Gateway } from "../../../components/inference/gateway/gateway";
import { Scaling } from "../../../components/inference/scaling/makeScaling";
import type { SiteGateway } from "../../../components/site/serving";
import { deploy, type Registered } from "../../harness";
import { r1Model, r1Plan } from "../../inference/fixtures";
import { behind, caddyGateway, envoyGateway } from "../../inference/gateway-fixtures";
import type { CustomObject } from "./program";

/** A gateway with all that it can be told. */
function gateways(): readonly SiteGateway[] {
    const { issuer, audience, tenantClaim } = envoyGateway.jwt;
    const jwksUri = "https://sso.example.org/keys";
    return [
        caddyGateway,
        envoyGateway,
        {
            ...envoyGateway,
            ...{ serviceType: "NodePort", port: 30_443, replicas: 1, routing: "session" },
            jwt: { issuer, audience, tenantClaim, jwksUri },
        },
    ];
}

/** The cluster makes up names of what holds content. */
const outputs: Readonly<Record<string, object>> = new Proxy(
    {},
    { get: (_, name) => (typeof name === "string" ? { metadata: { name: name.toLowerCase() } } : undefined) },
);

/** Kinds whose definitions are not among those of test/crds. */
const UNDEFINED: readonly string[] = ["InferenceObjective"];

/** A node port may be taken by what runs in the cluster. */
const withoutPort = (key: string, value: unknown): unknown => (key === "nodePort" ? undefined : value);

/** Every object of gateways of both kinds, and of a model that scales, that can be held against a definition. */
export async function objectsOfGateways(): Promise<readonly CustomObject[]> {
    const all: Registered[] = [];
    const keys = { "deepseek-r1": pulumi.secret("key"), "tiny-deepseek": pulumi.secret("key") };
    const tls = { certificate: "PEM", privateKey: pulumi.secret("PEM"), caCertificate: "PEM" };
    const images = { envoy: "envoy:1", picker: "picker:1" };
    for (const gateway of gateways()) {
        const args = { ...behind(gateway), keys, ...tls, images };
        all.push(...(await deploy(() => new Gateway("gateway", args), { outputs })).registered);
    }
    const schedule = [{ start: "0 8 * * 1-5", end: "0 20 * * 1-5", timeZone: "Europe/Berlin", replicas: 2 }];
    const scaling = { minReplicas: 1, maxReplicas: 2, queueLength: 4, coolDownSeconds: 60, schedule };
    const objectives = { ttftSeconds: 2, tpotMilliseconds: 50, rankBy: "cost" as const };
    const models = [{ model: { ...r1Model, scaling, objectives }, plan: r1Plan }];
    const scaled = { models, namespace: "models", caCertificate: "PEM" };
    all.push(...(await deploy(() => new Scaling("scaling", scaled), { outputs })).registered);
    return all
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ name, inputs }) => {
            const object = JSON.parse(JSON.stringify(inputs, withoutPort)) as CustomObject;
            return { ...object, metadata: { ...object.metadata, name: object.metadata.name ?? name } };
        })
        .filter(({ kind }) => !UNDEFINED.includes(kind));
}
