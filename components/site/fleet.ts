import type * as z from "zod";
import { few, pathOf, show, type Problem } from "./problem";
import type { siteSchema } from "./schema";
import type { Rollout, SiteHost, SiteModel } from "./site";

type DriverEntry = z.output<typeof siteSchema.shape.driver>;

/** What is wrong with the choice of a driver. */
export function driverProblems(driver: DriverEntry): readonly Problem[] {
    if (driver === undefined) {
        return [];
    }
    const { owner, version, fabricManagerVersion, containerToolkitVersion } = driver;
    const at = (message: string, field: string): Problem => ({ path: pathOf("driver", field), message });
    const problems: Problem[] = [];
    if (owner === "host" && version === undefined) {
        problems.push(at("is missing: hosts get exactly one version of the driver, like 580.95.05", "version"));
    }
    if (fabricManagerVersion !== undefined && fabricManagerVersion !== version) {
        const other = version === undefined ? "no driver version is set" : `the driver is ${version}`;
        const right = version === undefined ? "set version to the same" : `set ${version}, or take it out`;
        problems.push(
            at(
                `${show(fabricManagerVersion)}, but ${other}; the fabric manager refuses to start unless both are equal: ${right}`,
                "fabricManagerVersion",
            ),
        );
    }
    if (owner === "operator" && containerToolkitVersion !== undefined) {
        const message = `${show(containerToolkitVersion)}, but the driver's owner is operator, which brings its own toolkit; take it out, or set owner: host`;
        problems.push(at(message, "containerToolkitVersion"));
    }
    return problems;
}

/** What is wrong with the rollout: batches that take all hosts of a model's pool at once, and racks that are unknown. */
export function rolloutProblems(
    rollout: Rollout | undefined,
    hosts: readonly SiteHost[] | undefined,
    models: readonly Pick<SiteModel, "name" | "pool">[],
): readonly Problem[] {
    if (rollout === undefined || hosts === undefined) {
        return [];
    }
    const at = (message: string, field: string): Problem => ({ path: pathOf("rollout", field), message });
    if (rollout.by === "rack") {
        const nowhere = hosts.filter(host => host.managed && host.rack === undefined).map(host => host.name);
        if (nowhere.length > 0) {
            const verb = nowhere.length === 1 ? "has" : "have";
            return [at(`"rack", but ${few(nowhere)} ${verb} no rack; say where they stand, or set by: count`, "by")];
        }
    }
    const pools = [...new Set(models.map(model => model.pool))];
    return pools.flatMap(pool => {
        const members = hosts.filter(host => host.pool === pool);
        const names = models.filter(model => model.pool === pool).map(model => model.name);
        // One host can only go all at once; hosts that others look after are not touched.
        if (members.length < 2 || members.some(host => !host.managed)) {
            return [];
        }
        const whole = `all ${members.length} hosts of the pool ${show(pool)} at once, and ${few(names)} with them`;
        if (rollout.by === "rack") {
            const racks = new Set(members.map(host => host.rack));
            return racks.size > 1
                ? []
                : [at(`"rack" takes ${whole}, as they share the rack ${[...racks].join()}; set by: count`, "by")];
        }
        const most = members.length - 1;
        return rollout.hostsAtOnce < members.length
            ? []
            : [at(`${rollout.hostsAtOnce} takes ${whole}; set ${most} or fewer`, "hostsAtOnce")];
    });
}
