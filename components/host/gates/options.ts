import type { SiteHost } from "../../site/site";

/** What a gate of a host is asked for beyond what the site says. */
export interface AcceptanceOptions {
    /** The other end of checks between two hosts. Without it there are none. */
    readonly peer?: SiteHost;
    /** Interpreter whose PyTorch measures the GPUs. @default python3 */
    readonly python?: string;
    /** Whether NCCL may use NVLink multicast; off in virtual machines that have only a part of a host's GPUs. @default true */
    readonly multicast?: boolean;
    /** Level of DCGM's diagnostics, 1 to 4. Without it they do not run. */
    readonly dcgmLevel?: number;
    /** Seconds in which the weights must be read. @default 120 */
    readonly loadSeconds?: number;
}
