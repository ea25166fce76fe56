import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { asServiceError, Engine, serve, unary } from "../serve";
import { bag } from "../wire";
import { pluginLaunch, pluginModule, programLaunch, programOutcome } from "./launch";
import { runtimeOptions } from "./options";
import { dependencies, requiredPlugins } from "./packages";
import { locate, start, Started } from "./processes";

const VERSION = "3.250.0";
const engine = new Engine();
let engineAddress = process.argv.slice(2).find(argument => !argument.startsWith("-")) ?? "";
const running = new Set<Started>();

/** A request that the engine may call off. */
interface Cancellable {
    on(event: "cancelled", stop: () => void): unknown;
}

/** Waits for a child process, and stops it when the request is cancelled. */
async function follow(child: Started, call: Cancellable): Started["ended"] {
    running.add(child);
    call.on("cancelled", () => child.stop());
    return child.ended.finally(() => running.delete(child));
}

/** Passes on what a child prints, a message for each piece. */
function relay<Response extends { setStdout(bytes: Uint8Array): void; setStderr(bytes: Uint8Array): void }>(
    call: { write(response: Response): unknown },
    Message: new () => Response,
): (stream: "stdout" | "stderr", bytes: Buffer) => void {
    return (stream, bytes) => {
        const response = new Message();
        if (stream === "stdout") {
            response.setStdout(bytes);
        } else {
            response.setStderr(bytes);
        }
        call.write(response);
    };
}

async function run(request: pb.RunRequest, call: Cancellable): Promise<pb.RunResponse> {
    const info = request.getInfo();
    const programDirectory = info?.getProgramDirectory() ?? request.getPwd();
    const launch = programLaunch(
        {
            monitorAddress: request.getMonitorAddress(),
            engineAddress,
            organization: request.getOrganization(),
            project: request.getProject(),
            stack: request.getStack(),
            rootDirectory: info?.getRootDirectory() ?? "",
            programDirectory,
            entryPoint: info?.getEntryPoint() ?? ".",
            dryRun: request.getDryrun(),
            parallel: request.getParallel(),
            arguments: request.getArgsList(),
            config: new Map(request.getConfigMap().getEntryList()),
            configSecretKeys: request.getConfigsecretkeysList(),
        },
        locate("@pulumi/pulumi/cmd/run", programDirectory),
        runtimeOptions(bag(info?.getOptions())),
    );
    const child = start({
        file: process.execPath,
        arguments: launch.arguments,
        cwd: programDirectory,
        environment: { ...process.env, ...launch.environment },
    });
    const { exitCode, signal } = await follow(child, call);
    const { error, bail } = programOutcome(exitCode, signal);
    const response = new pb.RunResponse();
    response.setError(error);
    response.setBail(bail);
    return response;
}

async function runPlugin(call: grpc.ServerWritableStream<pb.RunPluginRequest, pb.RunPluginResponse>): Promise<void> {
    const request = call.request;
    const info = request.getInfo();
    const programDirectory = info?.getProgramDirectory() ?? request.getProgram();
    const plugin = {
        programDirectory,
        workingDirectory: request.getPwd(),
        kind: request.getKind(),
        arguments: request.getArgsList(),
        environment: request.getEnvList(),
    };
    const module = locate(pluginModule(plugin.kind), programDirectory);
    const launch = pluginLaunch(plugin, module, runtimeOptions(bag(info?.getOptions())));
    const child = start({
        file: process.execPath,
        ...launch,
        onOutput: relay(call, pb.RunPluginResponse),
    });
    const { exitCode } = await follow(child, call);
    const last = new pb.RunPluginResponse();
    last.setExitcode(exitCode ?? 1);
    call.write(last);
}

async function install(
    call: grpc.ServerWritableStream<pb.InstallDependenciesRequest, pb.InstallDependenciesResponse>,
): Promise<void> {
    const folder = call.request.getInfo()?.getProgramDirectory() ?? call.request.getDirectory();
    const child = start({
        file: "npm",
        arguments: ["ci"],
        cwd: folder,
        environment: process.env,
        onOutput: relay(call, pb.InstallDependenciesResponse),
    });
    const { exitCode } = await follow(child, call);
    if (exitCode !== 0) {
        throw new Error(`npm ci in ${folder} ended with exit code ${exitCode}`);
    }
}

function streaming<Request, Response>(
    handle: (call: grpc.ServerWritableStream<Request, Response>) => Promise<void>,
): grpc.handleServerStreamingCall<Request, Response> {
    return call => {
        handle(call).then(
            () => call.end(),
            (error: unknown) => call.emit("error", asServiceError(error)),
        );
    };
}

void serve(
    LanguageRuntimeService,
    {
        handshake: unary((request: pb.LanguageHandshakeRequest) => {
            engineAddress = request.getEngineAddress();
            return new pb.LanguageHandshakeResponse();
        }),
        getRequiredPackages: unary((request: pb.GetRequiredPackagesRequest) => {
            const response = new pb.GetRequiredPackagesResponse();
            for (const plugin of requiredPlugins(request.getInfo()?.getProgramDirectory() ?? ".")) {
                const dependency = new PackageDependency();
                dependency.setName(plugin.name);
                dependency.setKind("resource");
                dependency.setVersion(plugin.version);
                dependency.setServer(plugin.server);
                response.addPackages(dependency);
            }
            return response;
        }),
        getProgramDependencies: unary((request: pb.GetProgramDependenciesRequest) => {
            const response = new pb.GetProgramDependenciesResponse();
            for (const { name, version } of dependencies(request.getInfo()?.getProgramDirectory() ?? ".")) {
                const dependency = new pb.DependencyInfo();
                dependency.setName(name);
                dependency.setVersion(version);
                response.addDependencies(dependency);
            }
            return response;
        }),
        getPluginInfo: unary(() => {
            const response = new PluginInfo();
            response.setVersion(VERSION);
            return response;
        }),
        about: unary(() => {
            const response = new pb.AboutResponse();
            response.setExecutable(process.execPath);
            response.setVersion(process.version);
            response.getMetadataMap().set("packagemanager", "npm");
            return response;
        }),
        runtimeOptionsPrompts: unary(() => new pb.RuntimeOptionsResponse()),
        run: unary(run),
        runPlugin: streaming(runPlugin),
        installDependencies: streaming(install),
        cancel: unary(() => {
            running.forEach(child => child.stop());
            return new Empty();
        }),
    },
    engine,
);
