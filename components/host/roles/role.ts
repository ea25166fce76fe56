import type { Site, SiteHost } from "../../site/site";

/** What roles read of a site: all that a host can depend on beside itself. */
export type RoleSite = Pick<Site, "timeServers"> &
    Partial<Pick<Site, "driver" | "models" | "repositories" | "compliance" | "fabric" | "hosts">>;

/** What roles read of the host itself. */
export type RoleHost = Pick<
    SiteHost,
    "name" | "role" | "pool" | "gpu" | "rails" | "os" | "numaNodes" | "hugepages" | "confidential"
>;

/** Lines of a text file. */
export function lines(...all: readonly string[]): string {
    return `${all.join("\n")}\n`;
}

/** First line of every file that a role writes. */
export const KEPT = "# Kept by Seamount.";
