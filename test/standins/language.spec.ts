import { strict as assert } from "node:assert";
import { pluginLaunch, pluginModule, programLaunch, programOutcome } from "../../local/standins/language/launch";
import { optionsEnvironment, runtimeOptions, splitWords } from "../../local/standins/language/options";
import { requiredPlugin } from "../../local/standins/language/packages";

const run = {
    monitorAddress: "127.0.0.1:1",
    engineAddress: "127.0.0.1:2",
    organization: "organization",
    project: "seamount",
    stack: "local",
    rootDirectory: "/p",
    programDirectory: "/p",
    entryPoint: ".",
    dryRun: true,
    parallel: 4,
    arguments: [],
    config: new Map([["seamount:token", "s3cr3t"]]),
    configSecretKeys: ["seamount:token"],
};

describe("stand-in for the Node language host", () => {
    it("starts the program as the SDK expects it", () => {
        const { arguments: words } = programLaunch(
            run,
            "/m/run",
            runtimeOptions({ nodeargs: "--max-old-space-size=512" }),
        );
        assert.equal(
            words.join(" "),
            "--max-old-space-size=512 /m/run --monitor 127.0.0.1:1 --engine 127.0.0.1:2 --organization organization " +
                "--project seamount --root-directory /p --stack local --pwd /p --dry-run --parallel 4 .",
        );
    });

    it("passes configuration in the environment only", () => {
        const { arguments: words, environment } = programLaunch(run, "/m/run", runtimeOptions({}));
        assert.ok(!words.join(" ").includes("s3cr3t"));
        assert.equal(environment["PULUMI_CONFIG"], '{"seamount:token":"s3cr3t"}');
        assert.equal(environment["PULUMI_CONFIG_SECRET_KEYS"], '["seamount:token"]');
    });

    it("runs a policy pack in its own folder, which comes last", () => {
        const plugin = {
            programDirectory: "/policy",
            workingDirectory: "/p",
            kind: "analyzer",
            arguments: ["127.0.0.1:2"],
            environment: ["A=b=c"],
        };
        const launch = pluginLaunch(plugin, "/m/pack", runtimeOptions({}));
        assert.deepEqual(launch.arguments, ["/m/pack", "127.0.0.1:2", "/policy"]);
        assert.equal(launch.cwd, "/policy");
        assert.equal(launch.environment["A"], "b=c");
        assert.equal(pluginModule("analyzer"), "@pulumi/pulumi/cmd/run-policy-pack");
    });

    it("stays silent about errors that the program has shown", () => {
        assert.deepEqual(programOutcome(32, null), { error: "", bail: true });
        assert.deepEqual(programOutcome(0, null), { error: "", bail: false });
        assert.equal(programOutcome(7, null).error, "Program exited with non-zero exit code: 7");
        assert.equal(programOutcome(null, "SIGKILL").error, "Program was ended by SIGKILL");
    });

    it("reads runtime options, and refuses those of a wrong type by name", () => {
        assert.deepEqual(optionsEnvironment(runtimeOptions({})), { PULUMI_NODEJS_TYPESCRIPT: "true" });
        assert.deepEqual(optionsEnvironment(runtimeOptions({ typescript: false })), {});
        assert.throws(
            () => runtimeOptions({ typescript: "no" }),
            /runtime.options.typescript .* "no": it must be a boolean/,
        );
    });

    it("splits node arguments as a shell does", () => {
        assert.deepEqual(splitWords(`--a "b c" 'd e'f g\\ h "i\\"j"`), ["--a", "b c", "d ef", "g h", 'i"j']);
        assert.deepEqual(splitWords("  "), []);
    });

    it("takes the provider of a package from its manifest", () => {
        assert.deepEqual(
            requiredPlugin({
                name: "@pulumi/kubernetes",
                version: "4.34.2",
                pulumi: { resource: true, name: "kubernetes" },
            }),
            { name: "kubernetes", version: "v4.34.2", server: "" },
        );
        assert.equal(requiredPlugin({ name: "zod", version: "4.6.7" }), undefined);
        assert.equal(requiredPlugin({ name: "@pulumi/policy", version: "1", pulumi: { resource: false } }), undefined);
    });
});
