import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Problem } from "./check";
import type { PropertyChange } from "./desired";
import { HostError, UnfinishedError } from "./errors";
import { type ResourceHandler, typeOf } from "./handler";
import { METAL_VERSION } from "./items";
import type { EngineLog } from "./log";
import { served } from "./resources";
import type { Fleet, FleetParts } from "./rolling/fleet";
import { changedSettings, checkSettings, protectSettings, readSettings } from "./rolling/settings";
import type { Call } from "./session";
import type { Transport } from "./transport";
import type { WireRecord } from "./values";

type Handle<Request, Response> = (request: Request) => Promise<Response> | Response;

const KINDS: Readonly<Record<PropertyChange, pb.PropertyDiff.Kind>> = {
    add: pb.PropertyDiff.Kind.ADD,
    delete: pb.PropertyDiff.Kind.DELETE,
    update: pb.PropertyDiff.Kind.UPDATE,
};
const REPLACING: typeof KINDS = {
    add: pb.PropertyDiff.Kind.ADD_REPLACE,
    delete: pb.PropertyDiff.Kind.DELETE_REPLACE,
    update: pb.PropertyDiff.Kind.UPDATE_REPLACE,
};
const CHANGES = {
    none: pb.DiffResponse.DiffChanges.DIFF_NONE,
    some: pb.DiffResponse.DiffChanges.DIFF_SOME,
    unknown: pb.DiffResponse.DiffChanges.DIFF_UNKNOWN,
} as const;

/**
 * Serves the provider protocol on a port of this machine. Resolves with the port. `parts`: what takes the place of
 * kubectl and of the real checks.
 */
export async function serve(
    transport: Transport,
    log: EngineLog,
    parts: Partial<FleetParts> = {},
): Promise<{ server: grpc.Server; port: number }> {
    const { handlers, fleet } = served(transport, log, parts);
    const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
    server.addService(ResourceProviderService, {
        ...lifecycle(transport, log, handlers, fleet),
        ...resources(handlers, log),
    });
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
        );
    });
    return { server, port };
}

type Handlers = Readonly<Record<string, ResourceHandler>>;

function lifecycle(transport: Transport, log: EngineLog, handlers: Handlers, fleet: Fleet) {
    const types = Object.fromEntries(Object.keys(handlers).map(type => [type, {}]));
    const schema = JSON.stringify({ name: "metal", version: METAL_VERSION, resources: types });
    return {
        handshake: unary((request: pb.ProviderHandshakeRequest) => {
            log.connect(request.getEngineAddress());
            return new pb.ProviderHandshakeResponse().setAcceptSecrets(true);
        }),
        attach: unary((request: { getAddress(): string }) => {
            log.connect(request.getAddress());
            return new Empty();
        }),
        getPluginInfo: unary(() => new PluginInfo().setVersion(METAL_VERSION)),
        getSchema: unary(() => new pb.GetSchemaResponse().setSchema(schema)),
        checkConfig: unary((request: pb.CheckRequest) => {
            const news = record(request.getNews());
            return checked(protectSettings(news), checkSettings(news));
        }),
        // Another configuration is another way of doing the same: it never replaces a host.
        diffConfig: unary((request: pb.DiffRequest) => {
            const [, oldInputs, news] = records(request);
            const diffs = changedSettings(oldInputs, news);
            return new pb.DiffResponse().setChanges(CHANGES[diffs.length > 0 ? "some" : "none"]).setDiffsList(diffs);
        }),
        configure: unary((request: pb.ConfigureRequest) => {
            fleet.configure(readSettings(record(request.getArgs())));
            return new pb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
        }),
        cancel: unary(() => {
            fleet.cancel();
            transport.cancel();
            return new Empty();
        }),
    } satisfies Partial<grpc.UntypedServiceImplementation>;
}

function resources(handlers: Handlers, log: EngineLog): Partial<IResourceProviderServer> {
    const of = (request: { getUrn(): string }): ResourceHandler => {
        const type = typeOf(request.getUrn());
        const handler = handlers[type];
        if (handler === undefined) {
            throw new HostError(`metal has no resource ${type}; it has ${Object.keys(handlers).join(", ")}`);
        }
        return handler;
    };
    const settle = async <Response>(response: Response): Promise<Response> => {
        await log.settled();
        return response;
    };
    return {
        check: unary((request: pb.CheckRequest) => {
            const { inputs, problems } = of(request).check(record(request.getNews()));
            return checked(inputs, problems);
        }),
        diff: unary(async (request: pb.DiffRequest) => {
            const [olds, oldInputs, news] = records(request);
            const diff = await of(request).diff(call(request), olds, oldInputs, news);
            const response = new pb.DiffResponse().setChanges(CHANGES[diff.changes]).setHasdetaileddiff(true);
            response.setReplacesList([...(diff.replaces ?? [])]);
            for (const [path, change] of diff.details) {
                const kinds = diff.replaces?.includes(path) ? REPLACING : KINDS;
                const detail = new pb.PropertyDiff().setKind(kinds[change]).setInputdiff(true);
                response.getDetaileddiffMap().set(path, detail);
                response.addDiffs(path.split(/[.[]/, 1)[0] ?? path);
            }
            return settle(diff.changes === "unknown" ? response.setHasdetaileddiff(false) : response);
        }),
        create: unary(async (request: pb.CreateRequest) => {
            const inputs = record(request.getProperties());
            if (request.getPreview()) {
                await of(request).previewCreate(call(request), inputs);
                return settle(new pb.CreateResponse().setProperties(new Struct()));
            }
            const { id, outputs } = await of(request).create(call(request), inputs);
            return settle(new pb.CreateResponse().setId(id).setProperties(struct(outputs)));
        }),
        read: unary(async (request: pb.ReadRequest) => {
            const olds = record(request.getProperties());
            const read = await of(request).read(call(request), olds, record(request.getInputs()));
            const response = new pb.ReadResponse().setId(request.getId()).setProperties(struct(read.outputs));
            return settle(response.setInputs(struct(read.inputs)));
        }),
        update: unary(async (request: pb.UpdateRequest) => {
            const [olds, oldInputs, news] = records(request);
            const handler = of(request);
            const outputs = request.getPreview()
                ? ((await handler.previewUpdate?.(call(request), olds, news)) ?? olds)
                : await handler.update(call(request), request.getId(), olds, oldInputs, news);
            return settle(new pb.UpdateResponse().setProperties(struct(outputs)));
        }),
        delete: unary(async (request: pb.DeleteRequest) => {
            await of(request).delete(call(request), record(request.getProperties()), record(request.getOldInputs()));
            return settle(new Empty());
        }),
    };
}

function checked(inputs: WireRecord, problems: readonly Problem[]): pb.CheckResponse {
    const failures = problems.map(({ property, reason }) =>
        new pb.CheckFailure().setProperty(property).setReason(reason),
    );
    return new pb.CheckResponse().setInputs(struct(inputs)).setFailuresList(failures);
}

function call(request: { getUrn(): string; getTimeout?(): number }): Call {
    return { urn: request.getUrn(), timeoutSeconds: request.getTimeout?.() ?? 0 };
}

/** Outputs and inputs of the state, and the new inputs. */
function records(request: pb.DiffRequest | pb.UpdateRequest): [WireRecord, WireRecord, WireRecord] {
    return [record(request.getOlds()), record(request.getOldInputs()), record(request.getNews())];
}

function record(value: Struct | undefined): WireRecord {
    return value?.toJavaScript() ?? {};
}

function struct(value: WireRecord): Struct {
    return Struct.fromJavaScript(value);
}

function unary<Request, Response>(handle: Handle<Request, Response>): grpc.handleUnaryCall<Request, Response> {
    return (received, callback) => {
        void (async () => handle(received.request))().then(
            response => callback(null, response),
            (error: unknown) => callback(refusal(error)),
        );
    };
}

/** What the engine is told of an error. An unfinished change carries its state, which the engine then keeps. */
function refusal(error: unknown): Partial<grpc.StatusObject> {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof HostError)) {
        // Nobody foresaw this: who reports it needs to know where it was.
        process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
    }
    const metadata = new grpc.Metadata();
    if (error instanceof UnfinishedError) {
        const detail = new pb.ErrorResourceInitFailed()
            .setId(error.id)
            .setProperties(struct(error.outputs))
            .setInputs(struct(error.inputs))
            .setReasonsList([message]);
        const packed = new Any();
        packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(message);
        status.addDetails(packed);
        metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    }
    return { code: grpc.status.UNKNOWN, details: message, metadata };
}
