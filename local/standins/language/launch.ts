import { optionsEnvironment, RuntimeOptions } from "./options";

/** What the engine says about one run of a program. */
export interface ProgramRun {
    readonly monitorAddress: string;
    readonly engineAddress: string;
    readonly organization: string;
    readonly project: string;
    readonly stack: string;
    /** Folder of Pulumi.yaml. */
    readonly rootDirectory: string;
    /** Folder that the program runs in. */
    readonly programDirectory: string;
    /** File or folder to run, relative to the program's folder; `.` is the package itself. */
    readonly entryPoint: string;
    readonly dryRun: boolean;
    /** Operations at once. */
    readonly parallel: number;
    readonly arguments: readonly string[];
    /** Configuration by key, `seamount:site`. Values of secrets are in clear text. */
    readonly config: ReadonlyMap<string, string>;
    readonly configSecretKeys: readonly string[];
}

/** A command line with what it needs in the environment. */
export interface Launch {
    readonly arguments: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
}

/** How the program is started. Configuration goes through the environment, as the SDK expects; never on the line. */
export function programLaunch(run: ProgramRun, runModule: string, options: RuntimeOptions): Launch {
    const flags: readonly (readonly [string, string])[] = [
        ["monitor", run.monitorAddress],
        ["engine", run.engineAddress],
        ["organization", run.organization],
        ["project", run.project],
        ["root-directory", run.rootDirectory],
        ["stack", run.stack],
        ["pwd", run.programDirectory],
    ];
    return {
        arguments: [
            ...options.nodeArguments,
            runModule,
            ...flags.flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
            ...(run.dryRun ? ["--dry-run"] : []),
            "--parallel",
            String(run.parallel),
            run.entryPoint,
            ...run.arguments,
        ],
        environment: {
            ...optionsEnvironment(options),
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(run.config)),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.configSecretKeys),
        },
    };
}

/** What the engine says about one plugin to run from its sources. */
export interface PluginRun {
    readonly programDirectory: string;
    readonly workingDirectory: string;
    /** `analyzer` is a policy pack. */
    readonly kind: string;
    readonly arguments: readonly string[];
    /** Its whole environment, `NAME=value`. */
    readonly environment: readonly string[];
}

/** Module of the SDK that starts a plugin of a kind. */
export function pluginModule(kind: string): string {
    return `@pulumi/pulumi/cmd/${kind === "analyzer" ? "run-policy-pack" : "run-plugin"}`;
}

/** How a plugin is started. A policy pack runs in its own folder and gets that folder as its last argument. */
export function pluginLaunch(run: PluginRun, runModule: string, options: RuntimeOptions): Launch & { cwd: string } {
    const isPolicyPack = run.kind === "analyzer";
    const pairs = run.environment.map(line => {
        const end = line.indexOf("=");
        return [line.slice(0, end), line.slice(end + 1)] as const;
    });
    return {
        arguments: [
            ...options.nodeArguments,
            runModule,
            ...(isPolicyPack ? [...run.arguments, run.programDirectory] : [run.programDirectory, ...run.arguments]),
        ],
        environment: { ...Object.fromEntries(pairs), ...optionsEnvironment(options) },
        cwd: isPolicyPack ? run.programDirectory : run.workingDirectory,
    };
}

/** The SDK's exit code for "the error has been shown already". */
const ALREADY_REPORTED = 32;

/** What the end of a program means to the engine: an error to show, or to stop without a word. */
export function programOutcome(exitCode: number | null, signal: string | null): { error: string; bail: boolean } {
    if (exitCode === 0) {
        return { error: "", bail: false };
    }
    if (exitCode === ALREADY_REPORTED) {
        return { error: "", bail: true };
    }
    const how = exitCode === null ? `was ended by ${signal}` : `exited with non-zero exit code: ${exitCode}`;
    return { error: `Program ${how}`, bail: false };
}
