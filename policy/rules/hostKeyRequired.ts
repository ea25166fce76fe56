import type { ResourceValidationPolicy } from "@pulumi/policy";
import { known } from "../known";
import { isRecord } from "../pod";

const ALGORITHMS = "ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh.com";
const HOST_KEY = new RegExp(`^(?:${ALGORITHMS}) AAAA[A-Za-z0-9+/]+={0,3}(?: .*)?$`);

/** No login to a host that is not known by its key. Without one, `command:remote` trusts whoever answers. */
export const hostKeyRequired: ResourceValidationPolicy = {
    name: "host-key-required",
    displayName: "Host keys",
    description: "Every SSH connection, and every jump host on its way, names the public key of the host.",
    severity: "critical",
    framework: {
        name: "NIST SP 800-53",
        version: "Rev. 5",
        reference: "IA-3",
        specification: "Device identification and authentication",
    },
    remediationSteps: "Read the key at the host's console (/etc/ssh/ssh_host_ed25519_key.pub) and set it as hostKey.",
    validateResource: (args, report) => {
        if (/^(metal:index:Host|command:remote:.+)$/.test(args.type)) {
            known(report, () => {
                for (const problem of connectionProblems(args.props.connection, args.type.startsWith("metal:"))) {
                    report(problem);
                }
            });
        }
    },
};

/**
 * What is missing in a connection. Never quotes a value of it: a connection holds secrets.
 * @param jump whether jump hosts are named as in `metal:index:Host`, and not as in `command:remote`
 */
export function* connectionProblems(connection: unknown, jump: boolean): Generator<string> {
    const { hostKey, jumpHost, jumpHostKey, proxy } = isRecord(connection) ? connection : {};
    yield* keyProblems("connection.hostKey", hostKey);
    if (jump && jumpHost !== undefined) {
        yield* keyProblems("connection.jumpHostKey", jumpHostKey);
    }
    if (!jump && proxy !== undefined) {
        yield* keyProblems("connection.proxy.hostKey", isRecord(proxy) ? proxy.hostKey : undefined);
    }
}

function* keyProblems(path: string, key: unknown): Generator<string> {
    if (key === undefined || key === "") {
        yield `${path} is missing: without it, any machine that answers is trusted`;
    } else if (typeof key !== "string" || !HOST_KEY.test(key)) {
        yield `${path} is not a public key as in "ssh-ed25519 AAAA…"`;
    }
}
