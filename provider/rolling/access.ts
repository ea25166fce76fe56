import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain, HostError, hostName } from "../errors";
import type { HostConnection } from "../items";
import { RECORD } from "../kubernetes/record";
import type { PrivateFolder } from "../private";
import { assemble, readAnswer, section } from "../shell";
import { ConnectionError, type Transport } from "../transport";
import { whyNot } from "../words";
import type { MetalSettings } from "./settings";

/** Where kubeadm leaves the administrators' kubeconfig on each host of a control plane. */
export const ADMIN_KUBECONFIG = "/etc/kubernetes/admin.conf";
/** Seconds that reading it may take. */
const READ_SECONDS = 30;
/** Shell that prints it, but for a host on which a cluster has only begun, or that has not joined or left it quite. */
const PRINT = [
    `case "$(sed -n 's/^phase //p' ${RECORD} 2>/dev/null)" in`,
    "beginning | joining | leaving) ;;",
    `*) [ ! -s ${ADMIN_KUBECONFIG} ] || cat ${ADMIN_KUBECONFIG} ;;`,
    "esac",
].join("\n");

/**
 * The way to the cluster: the kubeconfig of the configuration, or the one that lies on the hosts of its control plane.
 * What was read counts for the whole run, and never leaves this process but for a file that only this user may read.
 */
export class ClusterAccess {
    private written: { readonly text: string; readonly path: string } | undefined;
    private found: Promise<string | undefined> | undefined;
    /** Times that what the hosts had has counted no longer. */
    private times = 0;

    constructor(
        private readonly settings: () => MetalSettings,
        private readonly transport: Transport,
        private readonly folder: PrivateFolder,
    ) {}

    /** Whether the configuration knows a way to a cluster, be it there yet or not. */
    get configured(): boolean {
        const { kubeconfig, kubeconfigFile, controlPlane = [] } = this.settings();
        return kubeconfig !== undefined || kubeconfigFile !== undefined || controlPlane.length > 0;
    }

    /**
     * Path of a kubeconfig; undefined where no host of the control plane has one, for then there is no cluster yet.
     * Throws a `HostError`, whose message is a clause, where the configuration knows no way to a cluster, and where
     * that cannot be found out.
     */
    async kubeconfig(): Promise<string | undefined> {
        const { kubeconfig, kubeconfigFile, controlPlane = [] } = this.settings();
        if (kubeconfig !== undefined) {
            return this.write(kubeconfig);
        }
        if (kubeconfigFile !== undefined) {
            return kubeconfigFile;
        }
        if (controlPlane.length === 0) {
            throw new HostError(
                "the provider metal has no kubeconfig (set kubeconfig, kubeconfigFile or controlPlane)",
            );
        }
        this.found ??= this.ask(controlPlane);
        const asked = this.found;
        try {
            const text = await asked;
            return text === undefined ? undefined : this.write(text);
        } catch (error) {
            // A host that cannot be reached now may be reached by whoever asks next.
            this.found = this.found === asked ? undefined : this.found;
            throw error;
        }
    }

    /** Another number whenever the control plane may have become another. */
    get generation(): number {
        return this.times;
    }

    /** What the hosts had counts no longer: the control plane was made, changed or taken away. */
    forget(): void {
        this.times += 1;
        this.found = undefined;
    }

    /**
     * Asks one host after the other. That there is no cluster is believed of all hosts together only: the one that
     * cannot be reached may have it.
     */
    private async ask(hosts: readonly HostConnection[]): Promise<string | undefined> {
        const unseen: string[] = [];
        for (const connection of hosts) {
            try {
                const text = await this.read(connection);
                if (text !== undefined) {
                    return text;
                }
            } catch (error) {
                if (!(error instanceof ConnectionError)) {
                    throw error;
                }
                const why = explain(connection.address, connection, error);
                if (error.trouble === "wrong-host-key") {
                    throw new HostError(why);
                }
                unseen.push(why);
            }
        }
        if (unseen.length === 0) {
            return undefined;
        }
        const which =
            unseen.length === hosts.length
                ? "no host of the control plane can be asked for its kubeconfig"
                : `${hosts.length - unseen.length} of ${hosts.length} hosts of the control plane have no kubeconfig, and the others cannot be asked`;
        throw new HostError(`${which}: ${unseen.join(" ")}`);
    }

    /** The kubeconfig on one host; undefined where it has none. */
    private async read(connection: HostConnection): Promise<string | undefined> {
        const script = assemble([section("kubeconfig"), PRINT]);
        const result = await this.transport.run(connection, script, { timeoutSeconds: READ_SECONDS });
        const answer = readAnswer(result.stdout, script.mark);
        if (!answer.complete) {
            const host = hostName(connection.address, connection);
            throw new HostError(`${ADMIN_KUBECONFIG} of ${host} cannot be read: ${whyNot(answer, connection, result)}`);
        }
        const lines = answer.sections.get("kubeconfig") ?? [];
        return lines.length === 0 ? undefined : `${lines.join("\n")}\n`;
    }

    private write(text: string): string {
        if (this.written?.text !== text) {
            const path = join(this.folder.path(), "kubeconfig");
            writeFileSync(path, text, { mode: 0o600 });
            this.written = { text, path };
        }
        return this.written.path;
    }
}
