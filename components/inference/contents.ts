import type { Input } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { API_KEY_FILE, PROXY_CONFIG_KEY, proxyConfig } from "./proxy";
import { checksumManifest, MANIFEST_KEY } from "./checksums";
import { memberName } from "./engineContainer";
import { members } from "./engines/member";
import { engines } from "./engines/registry";
import { leadersOf, sideName } from "./group/apart";
import { revisionOf } from "./group/revision";
import { ROUTER_ROLE, routerCommand } from "./group/router";
import { metadata } from "./labels";
import type { ModelServiceSettings } from "./manifests";
import { fileKeys } from "./volumes";

type ConfigMap = types.input.core.v1.ConfigMap;

/**
 * ConfigMaps and Secrets, by role. They have no names and cannot change: new content is a new object with a new name,
 * and so the pods roll, without a hash of a secret in sight.
 */
export function contents(settings: ModelServiceSettings): {
    checksums: ConfigMap;
    proxyConfig: ConfigMap;
    /** Unset: the engine has no configuration files. */
    files?: ConfigMap;
} {
    const { model, plan } = settings;
    const base = { metadata: metadata(settings), immutable: true };
    const files = configurationFiles(settings);
    return {
        checksums: { ...base, data: { [MANIFEST_KEY]: checksumManifest(model.weights.sha256sums) } },
        proxyConfig: { ...base, data: { [PROXY_CONFIG_KEY]: proxyConfig(engines[plan.engine], plan) } },
        ...(Object.keys(files).length > 0 && { files: { ...base, data: files } }),
    };
}

/** The configuration files of all kinds of pods of a service, by the key that each has in the ConfigMap. */
function configurationFiles(settings: ModelServiceSettings): Readonly<Record<string, string>> {
    const { model, plan } = settings;
    const { apart } = plan;
    const engine = engines[plan.engine];
    const commands = [
        ...members(plan).map(member => [memberName(member), engine.command(plan, model, member)] as const),
        ...(apart === undefined
            ? []
            : Array.from({ length: plan.replicas }, (_, replica) => {
                  const set = (side: string) => sideName(plan.name, replica, revisionOf(settings), side);
                  return [`${ROUTER_ROLE}-${replica}`, routerCommand(settings, leadersOf(apart, set))] as const;
              })),
    ];
    return Object.fromEntries(
        commands.flatMap(([role, command]) =>
            fileKeys(command, role).map(([key, path]) => [key, command.files?.[path] ?? ""]),
        ),
    );
}

/** The Secret with the certificate that clients see. */
export function tlsSecret(
    settings: ModelServiceSettings,
    certificate: Input<string>,
    privateKey: Input<string>,
): types.input.core.v1.Secret {
    return {
        metadata: metadata(settings),
        immutable: true,
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": certificate, "tls.key": privateKey },
    };
}

/** The Secret with the proxy's key map, from `apiKeyMap`. */
export function apiKeySecret(settings: ModelServiceSettings, keyMap: Input<string>): types.input.core.v1.Secret {
    return {
        metadata: metadata(settings),
        immutable: true,
        type: "Opaque",
        stringData: { [API_KEY_FILE]: keyMap },
    };
}
