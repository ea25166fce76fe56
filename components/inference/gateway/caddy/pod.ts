import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { type PodSpec, exactly, RESTRICTED_CONTAINER, RESTRICTED_POD, USER_ID } from "../../container";
import { GATEWAY_LABELS, GATEWAY_NAME } from "../names";
import type { GatewaySettings } from "../settings";
import { GATEWAY_PORT, MONITOR_PORT, MOUNTS } from "./places";

/** Names of the objects that the pods mount. The cluster makes up those of what holds content. */
export interface CaddyNames {
    /** ConfigMap with `caddy.json`, and `jwks.json` where the site gives keys. */
    readonly config: Input<string>;
    /** Secret of the type kubernetes.io/tls. */
    readonly tls: Input<string>;
    /** ConfigMap with `ca.crt`, by which the gateway knows the models. */
    readonly ca: Input<string>;
    /** Secret with a key for each model, by the model's name. */
    readonly keys: Input<string>;
}

/** Seconds for load balancers and node proxies to forget a pod before it stops. */
const DRAIN_SECONDS = 10;
/** Seconds that open answers then have. */
const FINISH_SECONDS = 50;

/** The pod of one copy of the gateway. */
export function caddyPod({ gateway }: Pick<GatewaySettings, "gateway">, names: CaddyNames): PodSpec {
    const mode = 0o444;
    return {
        serviceAccountName: GATEWAY_NAME,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { ...RESTRICTED_POD, fsGroup: USER_ID, fsGroupChangePolicy: "OnRootMismatch" },
        terminationGracePeriodSeconds: DRAIN_SECONDS + FINISH_SECONDS,
        containers: [container(gateway.image ?? "")],
        topologySpreadConstraints: [
            {
                maxSkew: 1,
                topologyKey: "kubernetes.io/hostname",
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: GATEWAY_LABELS },
            },
        ],
        volumes: [
            { name: "config", configMap: { name: names.config, defaultMode: mode } },
            { name: "tls", secret: { secretName: names.tls, defaultMode: mode } },
            { name: "ca", configMap: { name: names.ca, defaultMode: mode } },
            { name: "keys", secret: { secretName: names.keys, defaultMode: mode } },
            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
        ],
    };
}

function container(image: string): types.input.core.v1.Container {
    const ready = { path: "/ready", port: MONITOR_PORT };
    return {
        name: "gateway",
        image,
        command: ["gateway", "run", "--config", `${MOUNTS.config}/caddy.json`],
        env: ["XDG_DATA_HOME", "XDG_CONFIG_HOME"].map(name => ({ name, value: "/tmp" })),
        ports: [
            { name: "https", containerPort: GATEWAY_PORT, protocol: "TCP" },
            { name: "monitor", containerPort: MONITOR_PORT, protocol: "TCP" },
        ],
        resources: exactly({ cpu: "500m", memory: "512Mi" }),
        securityContext: RESTRICTED_CONTAINER,
        startupProbe: { httpGet: ready, periodSeconds: 1, failureThreshold: 60 },
        readinessProbe: { httpGet: ready, periodSeconds: 5, failureThreshold: 2 },
        livenessProbe: { httpGet: ready, periodSeconds: 10, failureThreshold: 6 },
        lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
        volumeMounts: [
            { name: "config", mountPath: MOUNTS.config, readOnly: true },
            { name: "tls", mountPath: MOUNTS.tls, readOnly: true },
            { name: "ca", mountPath: MOUNTS.ca, readOnly: true },
            { name: "keys", mountPath: MOUNTS.keys, readOnly: true },
            { name: "audit", mountPath: MOUNTS.audit },
            { name: "tmp", mountPath: "/tmp" },
        ],
    };
}
