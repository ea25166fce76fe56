import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostConnection, HostItems } from "../../provider";
import { must, onHost } from "./shell";
import { bed } from "./site";
import { Project, Stack, type Step } from "./stack";

/** The host that is changed; another one where several checkouts test at once. */
export const host = process.env.SEAMOUNT_E2E_HOST ?? "metal-3";
/** The virtual machine that is changed where a kernel of its own is needed. */
export const machine = process.env.SEAMOUNT_E2E_VM ?? "vm-9";

/** Transparent huge pages: a value in sysfs. */
export const defrag = "/sys/kernel/mm/transparent_hugepage/defrag";

/** What a preview says about one host. */
export interface Preview {
    /** Property paths that would change, sorted. */
    readonly paths: readonly string[];
    /** All messages beside the resource. */
    readonly words: string;
}

/** One host as the only resource of a program of its own, whose items every case sets anew. */
export class HostStack extends Stack {
    public constructor(
        project: Project,
        private readonly target = host,
    ) {
        super(project, "items");
    }

    /** Says what the host should be. `connection`: what differs from the right one. */
    public want(items: HostItems, connection: Partial<HostConnection> = {}): void {
        const name = this.target;
        const right = { name, address: addressOf(name), hostKey: hostKey(name), identityFile: join(bed, "id_ed25519") };
        this.configure({ "items:items": items, "items:connection": { ...right, ...connection } });
    }

    /** What `preview` shows of it. */
    public async look(): Promise<Preview> {
        const { steps, diagnostics = [] } = JSON.parse(await this.succeed("preview", "--json")) as {
            steps: Step[];
            diagnostics?: { message?: string }[];
        };
        return {
            paths: steps.flatMap(step => Object.keys(step.detailedDiff ?? {})).sort(),
            words: diagnostics.map(({ message }) => message ?? "").join("\n"),
        };
    }

    /** The inputs that the state holds. */
    public async inputs(): Promise<HostItems> {
        const { deployment } = JSON.parse(await this.succeed("stack", "export")) as {
            deployment: { resources: { type: string; inputs?: HostItems }[] };
        };
        return deployment.resources.find(({ type }) => type === "metal:index:Host")?.inputs ?? {};
    }
}

/** Where the local environment has a host. */
function addressOf(name: string): string {
    const [kind, number] = name.split("-");
    return `10.88.${kind === "vm" ? 2 : 0}.${10 + Number(number)}`;
}

/** A host's public key, as the local environment knows it. */
export function hostKey(name: string): string {
    const lines = readFileSync(join(bed, "known_hosts"), "utf8").split("\n");
    return lines.find(line => line.startsWith(`${name},`))?.replace(/^\S+ /, "") ?? "";
}

/** A key's fingerprint, by OpenSSH. */
export async function fingerprint(key: string): Promise<string> {
    return (await must("ssh-keygen", ["-lf", "-"], `${key}\n`)).split(" ")[1] ?? "";
}

const SURVEY = `
find /etc /var/lib/seamount -printf '%p %y %m %u:%g %l\\n' 2>/dev/null
find /etc -type f -exec sha256sum {} +
ls -d /sys/module/* /srv/*
cat /etc/passwd /etc/group
findmnt --noheadings --list --output TARGET,FSTYPE
grep -H '' /proc/sys/vm/* ${defrag} 2>/dev/null
systemctl list-unit-files --plain --no-legend
systemctl list-units --type=service,target --state=active --plain --no-legend
ps -e -o args= | grep -E '^sleep|e2e'
`;

/** Everything about the host that items can change, a line each. What the package nvme-cli brings is left out. */
export async function survey(): Promise<string[]> {
    const lines = (await onHost(host, `{ ${SURVEY}\n} | sort`)).split("\n");
    return lines.filter(
        line =>
            !/nvm[ef]|\/(passwd|shadow|group|gshadow|subuid|subgid)-( |$)|default\.target\.wants|ld\.so\.cache|user.*@|grep|nr_hugepages/.test(
                line,
            ),
    );
}
