import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { must, Result, root, run, transcript } from "./shell";

/** One step of `pulumi preview --json`. */
export interface Step {
    readonly op: string;
    readonly urn: string;
    readonly detailedDiff?: Readonly<Record<string, { readonly kind: string; readonly inputDiff: boolean }>>;
}

/** The value of `seamount:site` in a stack file, as far as the tests change it. */
export type RawSite = Record<string, unknown> & {
    hosts: Record<string, unknown>[];
    models: (Record<string, unknown> & { name: string; endpoint: Record<string, unknown> })[];
    cluster: Record<string, unknown>;
};

interface StackFile {
    config: { "seamount:site": RawSite };
}

/** A copy of the checkout with a Pulumi backend of its own, so that a test may change any stack file. */
export class Project {
    public readonly folder = mkdtempSync(join(tmpdir(), "seamount-e2e-"));
    public readonly backend = join(this.folder, ".backend");
    /** Where the program lies in the copy. */
    public readonly home: string;
    private readonly environment = { ...process.env, PULUMI_BACKEND_URL: `file://${this.backend}` };

    /** `program`: its folder in the checkout. */
    constructor(program = "") {
        this.home = join(this.folder, program);
    }

    /** Copies what git knows or would take up; packages are shared. */
    public async create(): Promise<void> {
        const files = await must("git", ["ls-files", "-co", "--exclude-standard"]);
        for (const file of files
            .trim()
            .split("\n")
            .filter(name => existsSync(join(root, name)))) {
            cpSync(join(root, file), join(this.folder, file));
        }
        symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
        mkdirSync(this.backend);
    }

    /** A program of the environment, in the copy; interrupted as by Ctrl-C once `interruptOn` resolves. Never throws. */
    public async run(
        command: string,
        args: readonly string[],
        input = "",
        interruptOn?: Promise<unknown>,
    ): Promise<Result> {
        const result = await run(command, args, input, { cwd: this.home, env: this.environment, interruptOn });
        transcript.push(result.stdout, result.stderr);
        return result;
    }

    public remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** One stack of the copy. */
export class Stack {
    constructor(
        private readonly project: Project,
        public readonly name: string,
    ) {}

    private get file(): string {
        return join(this.project.home, `Pulumi.${this.name}.yaml`);
    }

    /** Makes the stack, from the committed stack file of the environment `from`. */
    public async create(from = this.name): Promise<void> {
        if (from !== this.name) {
            writeFileSync(this.file, readFileSync(join(this.project.home, `Pulumi.${from}.yaml`)));
        }
        const { status, stderr } = await this.project.run("pulumi", ["stack", "init", this.name, "--non-interactive"]);
        if (status !== 0) throw new Error(stderr);
    }

    /** The stack file's text. */
    public read(): string {
        return readFileSync(this.file, "utf8");
    }

    public write(text: string): void {
        writeFileSync(this.file, text);
    }

    /** Changes the site's configuration. */
    public edit(change: (site: RawSite) => void): void {
        const file = parse(this.read()) as StackFile;
        change(file.config["seamount:site"]);
        this.write(stringify(file));
    }

    /** Sets plain values of the configuration by their full names; leaves the others. */
    public configure(values: Readonly<Record<string, unknown>>): void {
        const file = parse(this.read()) as { config?: Record<string, unknown> };
        this.write(stringify({ ...file, config: { ...file.config, ...values } }));
    }

    /** `pulumi ARGS` on this stack; never throws. */
    public pulumi(...args: string[]): Promise<Result> {
        return this.interrupted(undefined, ...args);
    }

    /** As `pulumi`, interrupted as by Ctrl-C once `moment` resolves. */
    public interrupted(moment: Promise<unknown> | undefined, ...args: string[]): Promise<Result> {
        const all = [...args, "--stack", this.name, "--non-interactive", "--color", "never"];
        return this.project.run("pulumi", all, "", moment);
    }

    /** As `pulumi`, for what must succeed; returns standard output. */
    public async succeed(...args: string[]): Promise<string> {
        const { status, stdout, stderr } = await this.pulumi(...args);
        if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
        return stdout;
    }

    /** What a preview would do, step by step; unchanged resources left out. */
    public async steps(): Promise<Step[]> {
        const { steps } = JSON.parse(await this.succeed("preview", "--json")) as { steps: Step[] };
        return steps.filter(step => step.op !== "same");
    }

    /** All outputs, secrets in clear, kept out of the transcript. */
    public async outputs<T>(): Promise<T> {
        const args = ["stack", "output", "--json", "--show-secrets", "--stack", this.name];
        const { stdout } = await this.project.run("pulumi", args);
        transcript.splice(transcript.lastIndexOf(stdout), 1);
        return JSON.parse(stdout) as T;
    }

    /** Sets a secret, over standard input. */
    public async setSecret(key: string, value: string): Promise<void> {
        await this.project.run("pulumi", ["config", "set", "--secret", key, "--stack", this.name], value);
    }
}
