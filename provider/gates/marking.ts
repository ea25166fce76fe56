import { HostError, shortName } from "../errors";
import type { Log } from "../log";
import type { Call } from "../session";
import type { GateInputs } from "./inputs";
import type { NodeMarks } from "./marks";

/** Marks the nodes of gates, where there is a cluster to do it in. Everything but `due` throws a `HostError`. */
export class Marking {
    private told = false;

    constructor(
        private readonly marks: NodeMarks,
        private readonly log: Log,
    ) {}

    /** Gives the node its label; answers with its name, or with nothing where there is none to label. */
    async serving(call: Call, { node, connection }: GateInputs): Promise<string> {
        if (node === undefined) {
            return "";
        }
        if (!this.marks.configured) {
            const why = `node ${node} gets no label and no taint: the provider metal has no kubeconfig`;
            this.log.say("warning", call.urn, `${shortName(call.urn, connection)}: ${why}`);
            return "";
        }
        if (!(await this.marks.possible())) {
            this.sayNoCluster(call);
            return "";
        }
        await this.marks.serving(node);
        return node;
    }

    async unproven({ node }: GateInputs): Promise<void> {
        if (node !== undefined && (await this.marks.possible())) {
            await this.marks.unproven(node);
        }
    }

    /** Takes both marks away. */
    async remove(node: string | undefined): Promise<void> {
        if (node !== undefined && (await this.marks.possible())) {
            await this.marks.remove(node);
        }
    }

    /** Whether a node other than the one that is marked should be, and could be now; not where nobody knows. */
    async due({ node = "" }: GateInputs, servingNode: string): Promise<boolean> {
        try {
            return node !== servingNode && (await this.marks.possible());
        } catch (error) {
            if (!(error instanceof HostError)) {
                throw error;
            }
            return false;
        }
    }

    private sayNoCluster({ urn }: Call): void {
        if (!this.told) {
            this.told = true;
            const words =
                "nodes get no label and no taint now: there is no cluster yet; `pulumi up` does it once there is";
            this.log.say("info", urn, words);
        }
    }
}
