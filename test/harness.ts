import * as pulumi from "@pulumi/pulumi";
import * as policy from "@pulumi/policy";

type Properties = Readonly<Record<string, unknown>>;

/** One resource as the engine would see it. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    /** Inputs with the secret wrapping taken off, at every depth. */
    readonly inputs: Properties;
    /** Paths of inputs that arrived as secrets, e.g. `data` or `connection.privateKey`. */
    readonly secrets: readonly string[];
    /** URNs of the resources that it was told to wait for, and to go before. */
    readonly dependsOn: readonly string[];
}

/** What a program made, and how to find it. */
export interface Deployed<T> {
    readonly result: T;
    readonly registered: readonly Registered[];
    /** The only resource with this name and, where given, this type. @throws Error that lists what there is */
    readonly find: (name: string, type?: string) => Registered;
}

/** How a program is run. */
export interface DeployOptions {
    /** Outputs that a provider would add, by resource name. */
    readonly outputs?: Readonly<Record<string, object>>;
    /** Whether the run is a preview. @default false */
    readonly preview?: boolean;
}

/** What is read of a request to the engine. */
interface Asked {
    getType(): string;
    getName(): string;
    getDependenciesList(): string[];
}

const SECRET = "4dabf18193072939515e22adb298388d";

/** Runs `program` against a mock engine and returns all that it registered, once everything has settled. */
export async function deploy<T>(program: () => T, options: DeployOptions = {}): Promise<Deployed<T>> {
    const registered = new Map<string, Registered>();
    const dependencies = new Map<string, readonly string[]>();
    await pulumi.runtime.setMocks(
        {
            call: ({ token }) => {
                throw new Error(`unexpected invoke of ${token}`);
            },
            newResource: args => {
                const inputs = args.inputs as Properties;
                const key = `${args.type}::${args.name}`;
                if (registered.has(key)) {
                    throw new Error(`registered twice: ${key}`);
                }
                const secrets: string[] = [];
                const plain = unwrap(inputs, "", secrets) as Properties;
                const dependsOn = dependencies.get(key) ?? [];
                registered.set(key, { type: args.type, name: args.name, inputs: plain, secrets, dependsOn });
                return { id: `${args.name}-id`, state: { ...inputs, ...options.outputs?.[args.name] } };
            },
        },
        "project",
        "test",
        options.preview ?? false,
    );
    recordDependencies(dependencies);
    const result = program();
    // Returns when no registration is in flight.
    await pulumi.runtime.disconnect();
    const all = [...registered.values()];
    return {
        result,
        registered: all,
        find: (name, type) => {
            const [found, ...others] = all.filter(r => r.name === name && (type === undefined || r.type === type));
            if (found === undefined || others.length > 0) {
                const have = all.map(r => `${r.type}::${r.name}`).join(", ");
                throw new Error(`${others.length > 0 ? "several" : "no"} ${type ?? ""} ${name}; have ${have}`);
            }
            return found;
        },
    };
}

/** Mocks are not told what a resource waits for: it is read from what the engine is asked. */
function recordDependencies(dependencies: Map<string, readonly string[]>): void {
    const monitor = pulumi.runtime.getMonitor();
    if (monitor === undefined) {
        throw new Error("there is no mock engine");
    }
    const register = monitor.registerResource.bind(monitor) as (...words: unknown[]) => never;
    monitor.registerResource = (request: Asked, ...rest: unknown[]): never => {
        dependencies.set(`${request.getType()}::${request.getName()}`, request.getDependenciesList());
        return register(request, ...rest);
    };
}

function unwrap(value: unknown, path: string, secrets: string[]): unknown {
    if (Array.isArray(value)) {
        return value.map((item, index) => unwrap(item, `${path}[${index}]`, secrets));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const record = value as Properties;
    if (record[SECRET] !== undefined) {
        secrets.push(path);
        return unwrap(record.value, path, secrets);
    }
    const inner = (key: string): string => (path === "" ? key : `${path}.${key}`);
    return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, unwrap(item, inner(key), secrets)]));
}

/** The value of an output. Never resolves where the value is unknown in a preview. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
    return new Promise(resolve => void pulumi.output(output).apply(resolve));
}

/** What the engine writes in place of a string that is unknown in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The SDK exports the function that guards unknown values, but does not declare it. */
const unknownCheckingProxy = Reflect.get(policy, "unknownCheckingProxy") as (inputs: object) => object;

/** Evaluates one resource rule, with the runtime's own checks for values that are unknown in a preview. */
export async function violations(
    rule: policy.ResourceValidationPolicy,
    type: string,
    props: object,
    config: object = {},
): Promise<string[]> {
    const found: string[] = [];
    const args = {
        type,
        name: "subject",
        urn: `urn:pulumi:test::project::${type}::subject`,
        props: unknownCheckingProxy(props),
        getConfig: () => config,
        notApplicable: () => undefined,
    } as unknown as policy.ResourceValidationArgs;
    for (const validate of [rule.validateResource ?? []].flat()) {
        await validate(args, message => void found.push(message));
    }
    return found;
}
