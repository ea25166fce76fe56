import type { HostItems } from "../../../provider/items";
import { packageManagers, systemOf } from "../../site/repositories";
import { auditRules } from "../auditd";
import type { RoleHost, RoleSite } from "./role";

/**
 * What a host is beyond the baseline where the site must satisfy a compliance profile: the security module of its
 * system enforces, and auditd records what an intruder would touch. Without a profile nothing of it is done: a host
 * that was set up otherwise keeps working. A firewall is not part of it, because what a cluster's network plugin needs
 * is nothing that a site says.
 */
export function hardening(
    host: Pick<RoleHost, "os">,
    { compliance = [], timeServers }: Pick<RoleSite, "compliance" | "timeServers">,
): HostItems {
    if (compliance.length === 0) {
        return {};
    }
    const packages = packageManagers[systemOf(host)];
    // The user of chrony's package is there where the baseline installs it; rules with an unknown user do not load.
    const timeUser = packages === "apt" ? "_chrony" : "chrony";
    const audit = auditRules({ packages, ...(timeServers.length > 0 && { timeUser }) });
    return packages === "apt"
        ? {
              ...audit,
              packages: { ...audit.packages, apparmor: {} },
              securityModules: { apparmor: "enforcing" },
          }
        : { ...audit, securityModules: { selinux: "enforcing" } };
}
