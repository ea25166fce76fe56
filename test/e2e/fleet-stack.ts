import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { HostArgs, HostConnection, MetalArgs } from "../../provider";
import { hostKey } from "./host-stack";
import { stackTrace } from "./shell";
import { bed } from "./site";
import { Project, Stack, type Step } from "./stack";

/** A host of the test: what it should be, and where it differs from the hosts of the bed. */
export interface FleetHost extends Omit<HostArgs, "connection"> {
    readonly connection?: Partial<HostConnection>;
}

/** What a preview says about all hosts. */
export interface FleetPreview {
    /** What happens to each resource that is not left as it is, by name: `gpu-01 update`. */
    readonly steps: readonly string[];
    /** All messages, a line each. */
    readonly words: string;
}

/** Hosts behind one provider, in a program of their own, whose items every case sets anew. */
export class FleetStack extends Stack {
    constructor(project: Project) {
        super(project, "fleet");
    }

    /** Says what the hosts should be, by name. `rollout`: unset, the provider is the default one. */
    want(hosts: Readonly<Record<string, FleetHost>>, rollout?: MetalArgs["rollout"]): void {
        const whole = Object.entries(hosts).map(([name, { connection, ...items }]) => {
            const right = { name, address: addressOf(name), identityFile: join(bed, "id_ed25519") };
            const key = connection?.hostKey ?? hostKey(name);
            return [name, { connection: { ...right, ...connection, hostKey: key }, ...items }] as const;
        });
        this.configure({
            "fleet:hosts": Object.fromEntries(whole),
            ...(rollout === undefined ? {} : { "fleet:rollout": rollout }),
        });
    }

    /** Changes the hosts; must succeed. */
    apply(): Promise<string> {
        return this.succeed("up", "--yes", "--skip-preview");
    }

    /** An `up` that must fail: what it said. All errors come out, as far as they do not depend on each other. */
    async fail(): Promise<string> {
        const { status, stdout, stderr } = await this.pulumi("up", "--yes", "--skip-preview", "--continue-on-error");
        assert.notEqual(status, 0, stdout);
        assert.doesNotMatch(stdout + stderr, stackTrace);
        return stdout;
    }

    /** What `preview` shows. */
    async look(): Promise<FleetPreview> {
        const { steps, diagnostics = [] } = JSON.parse(await this.succeed("preview", "--json")) as {
            steps: Step[];
            diagnostics?: { message?: string }[];
        };
        return {
            steps: steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${urn.split("::").at(-1)} ${op}`),
            words: diagnostics.map(({ message }) => message ?? "").join("\n"),
        };
    }
}

/** Address of a host of the bed by its name: metal-61 is 10.88.0.71, vm-2 is 10.88.2.12. */
export function addressOf(name: string): string {
    const [kind, number] = name.split("-");
    return `10.88.${kind === "vm" ? 2 : 0}.${10 + Number(number)}`;
}
