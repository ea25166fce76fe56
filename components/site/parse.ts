import { expandHome, readSiteFile, type SiteContext } from "./context";
import { readCluster } from "./cluster-problems";
import { operatorsNeeded } from "./cluster-tenants";
import { normaliseJumpHost } from "./fields";
import { normalisePublicKey, parseKnownHosts, type KnownHost } from "./hostkey";
import { expandInventory } from "./inventory";
import { problemsOf } from "./issues";
import { fabricProblems, resolveFabric } from "./fabric";
import { readGateway } from "./gateway";
import { driverProblems, rolloutProblems } from "./fleet";
import { resolveRepositories } from "./repositories";
import { priceProblems } from "./prices";
import { pathOf, show, type Problem } from "./problem";
import { siteSchema } from "./schema";
import { resolveServices } from "./services";
import type { Access, Site } from "./site";
import type * as z from "zod";

/** A site, or everything that is wrong with it. */
export type ParsedSite = { readonly site: Site } | { readonly problems: readonly Problem[] };

/**
 * Reads the value of `seamount:site`: checks every field, fills in defaults, expands ranges, and checks what belongs
 * together. Never throws for what a person wrote; finds all problems at once. Where one part is wrong, the others are
 * checked all the same.
 */
export function parseSite(raw: unknown, context: SiteContext): ParsedSite {
    const shape = siteSchema.shape;
    const parsed = siteSchema.safeParse(raw, { reportInput: true });
    const problems = parsed.success ? [] : [...problemsOf(parsed.error.issues)];
    const access = parsePart(shape.access, field(raw, "access"));
    const groups = entries(raw, "hosts").map(group => parsePart(shape.hosts.element, group));
    const keys = readKnownHosts(access, context);
    const fabric = parsePart(shape.fabric, field(raw, "fabric"));
    const clusterEntry = parsePart(shape.cluster, field(raw, "cluster"));
    const inventory = expandInventory(groups, {
        gpuNames: context.gpuNames,
        port: access?.port ?? 22,
        knownHosts: access === undefined ? undefined : keys.knownHosts,
        fabric,
        buildsCluster: clusterEntry?.mode === "kubeadm",
    });
    const hosts = inventory.hosts.map(({ host }) => host);
    const groupsAreWhole = groups.length > 0 && !groups.includes(undefined);
    const known = groupsAreWhole ? hosts : undefined;
    const repositories = resolveRepositories(
        parsePart(shape.repositories, field(raw, "repositories")) ?? {},
        known,
        context,
    );
    const { cluster, problems: clusterProblems } = readCluster(clusterEntry, {
        ...context,
        site: parsePart(shape.name, field(raw, "name")) ?? "",
        environment: parsePart(shape.environment, field(raw, "environment")) ?? "local",
        hosts: known,
        fabric,
        repositories: repositories.repositories,
    });
    const services = resolveServices(
        entries(raw, "models").map(model => parsePart(shape.models.unwrap().element, model)),
        {
            ...context,
            hosts: known,
            images: parsePart(shape.images, field(raw, "images")),
            hasFabric: field(raw, "fabric") !== undefined,
            hasGateway: field(raw, "gateway") !== undefined,
        },
    );
    const { gateway, problems: gatewayProblems } = readGateway(
        parsePart(shape.gateway, field(raw, "gateway")),
        entries(raw, "models"),
    );
    problems.push(...accessProblems(access), ...keys.problems, ...inventory.problems, ...services.problems);
    problems.push(
        ...fabricProblems(fabric, known),
        ...driverProblems(parsePart(shape.driver, field(raw, "driver"))),
        ...rolloutProblems(parsePart(shape.rollout, field(raw, "rollout")), known, services.models),
        ...repositories.problems,
        ...clusterProblems,
        ...gatewayProblems,
        ...priceProblems(parsePart(shape.prices, field(raw, "prices")), context.gpuNames),
        ...operatorsNeeded(cluster, services.models, gateway),
        ...repeated("compliance", field(raw, "compliance")),
        ...repeated("timeServers", field(raw, "timeServers")),
        ...repeated("acceptance.skip", field(field(raw, "acceptance"), "skip")),
    );
    if (!parsed.success || cluster === undefined || problems.length > 0) {
        return { problems };
    }
    const { name, environment, timeServers, compliance, driver, rollout, acceptance, driftMetrics, prices } =
        parsed.data;
    return {
        site: {
            name,
            environment,
            access: resolveAccess(parsed.data.access, context),
            timeServers,
            ...(parsed.data.fabric && { fabric: resolveFabric(parsed.data.fabric) }),
            hosts,
            cluster,
            models: services.models,
            ...(gateway && { gateway }),
            ...(prices && { prices }),
            ...(driver && { driver }),
            rollout,
            acceptance,
            ...(driftMetrics && { driftMetrics }),
            repositories: repositories.repositories,
            compliance,
        },
    };
}

type AccessEntry = z.output<typeof siteSchema.shape.access>;

/** A part that passes the schema on its own, or undefined: what is wrong with it was told for the whole. */
function parsePart<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
}

function field(raw: unknown, key: string): unknown {
    return typeof raw === "object" && raw !== null && Object.hasOwn(raw, key) ? Reflect.get(raw, key) : undefined;
}

/** More entries than the schema allows were told already: there is no need to look at each. */
function entries(raw: unknown, key: string): readonly unknown[] {
    const value = field(raw, key);
    return Array.isArray(value) && value.length <= 256 ? value : [];
}

function readKnownHosts(
    access: AccessEntry | undefined,
    context: SiteContext,
): { readonly knownHosts: readonly KnownHost[] | undefined; readonly problems: readonly Problem[] } {
    if (context.knownHosts !== undefined || access?.knownHostsFile === undefined) {
        return { knownHosts: parseKnownHosts(context.knownHosts ?? ""), problems: [] };
    }
    const file = readSiteFile(access.knownHostsFile, context);
    if ("text" in file) {
        return { knownHosts: parseKnownHosts(file.text), problems: [] };
    }
    const message = `${show(access.knownHostsFile)} cannot be read: ${file.why}`;
    return { knownHosts: undefined, problems: [{ path: pathOf("access", "knownHostsFile"), message }] };
}

function accessProblems(access: AccessEntry | undefined): readonly Problem[] {
    if (access?.jumpHost !== undefined && access.jumpHostKey === undefined) {
        const message = `is missing: the key of ${access.jumpHost}, as "ssh-keyscan -t ed25519 ADDRESS" prints it after the address; compare its fingerprint on the console`;
        return [{ path: pathOf("access", "jumpHostKey"), message }];
    }
    return access?.jumpHost === undefined && access?.jumpHostKey !== undefined
        ? [{ path: pathOf("access", "jumpHostKey"), message: "is set without jumpHost; set both or neither" }]
        : [];
}

function repeated(key: string, value: unknown): readonly Problem[] {
    const texts: readonly unknown[] = Array.isArray(value) ? value : [];
    return texts.flatMap((text, index) =>
        typeof text === "string" && texts.indexOf(text) !== index
            ? [{ path: pathOf(key, index), message: `${show(text)} is listed twice` }]
            : [],
    );
}

function resolveAccess(access: AccessEntry, context: SiteContext): Access {
    const { user, port, connectTimeoutSeconds, identityFile, jumpHost, jumpHostKey } = access;
    const through = jumpHost === undefined ? undefined : normaliseJumpHost(jumpHost);
    const key = jumpHostKey === undefined ? undefined : normalisePublicKey(jumpHostKey);
    return {
        user,
        port,
        connectTimeoutSeconds,
        ...(identityFile !== undefined && { identityFile: expandHome(identityFile, context) }),
        ...(through !== undefined && { jumpHost: through }),
        ...(key !== undefined && { jumpHostKey: key }),
    };
}
