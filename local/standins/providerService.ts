import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changesBetween } from "./diff";
import { Monitor } from "./monitor";
import { Host, Provider } from "./provider";
import { asServiceError, Engine, serve, unary } from "./serve";
import { bag, diffResponse, initFailure, message, subject } from "./wire";

/** Serves a provider to the engine. `version` is the version of the provider that it stands for. */
export async function serveProvider(version: string, make: (host: Host) => Provider): Promise<void> {
    const engine = new Engine();
    const cancellation = new AbortController();
    const provider = make({
        log: (severity, urn, text) => engine.log(severity, text, urn),
        progress: (urn, text) => engine.log("info", text, urn, true),
        cancelled: cancellation.signal,
    });
    await serve(
        ResourceProviderService,
        {
            handshake: method((request: pb.ProviderHandshakeRequest) => {
                engine.connect(request.getEngineAddress());
                const response = new pb.ProviderHandshakeResponse();
                response.setAcceptSecrets(true);
                response.setSupportsAutonamingConfiguration(true);
                return response;
            }),
            checkConfig: method((request: pb.CheckRequest) => {
                const response = new pb.CheckResponse();
                response.setInputs(request.getNews());
                return response;
            }),
            diffConfig: method((request: pb.DiffRequest) => {
                const [olds, news] = [bag(request.getOldInputs() ?? request.getOlds()), bag(request.getNews())];
                const changes =
                    provider.diffConfig?.(olds, news) ?? changesBetween(olds, news, { replaces: () => false });
                return diffResponse({ changes });
            }),
            configure: method((request: pb.ConfigureRequest) => {
                provider.configure?.(bag(request.getArgs()));
                const response = new pb.ConfigureResponse();
                response.setAcceptsecrets(true);
                response.setSupportspreview(true);
                response.setSupportsAutonamingConfiguration(true);
                return response;
            }),
            ...resourceMethods(provider),
            invoke: method(async (request: pb.InvokeRequest) => {
                if (provider.invoke === undefined) {
                    throw new Error(`${request.getTok()} is not part of this stand-in: see local/standins/README.md`);
                }
                const response = new pb.InvokeResponse();
                response.setReturn(message(await provider.invoke(request.getTok(), bag(request.getArgs()))));
                return response;
            }),
            construct: method((request: pb.ConstructRequest) => construct(provider, request)),
            cancel: method(() => {
                cancellation.abort();
                return new Empty();
            }),
            getPluginInfo: method(() => {
                const response = new PluginInfo();
                response.setVersion(version);
                return response;
            }),
        },
        engine,
    );
}

async function construct(provider: Provider, request: pb.ConstructRequest): Promise<pb.ConstructResponse> {
    if (provider.construct === undefined) {
        throw new Error(`${request.getType()} is not part of this stand-in: see local/standins/README.md`);
    }
    const monitor = new Monitor(request.getMonitorendpoint());
    try {
        const { urn, state } = await provider.construct({
            type: request.getType(),
            name: request.getName(),
            parent: request.getParent(),
            inputs: bag(request.getInputs()),
            providers: new Map(request.getProvidersMap().toObject(false)),
            dependencies: request.getDependenciesList(),
            protect: request.getProtect() ?? false,
            monitor,
        });
        const response = new pb.ConstructResponse();
        response.setUrn(urn);
        response.setState(message(state));
        return response;
    } finally {
        monitor.close();
    }
}

/** The methods that make, change and remove resources. */
function resourceMethods(provider: Provider): grpc.UntypedServiceImplementation {
    return {
        check: method(async (request: pb.CheckRequest) => {
            const olds = request.getOlds();
            const result = await provider.check({
                ...subject(request),
                olds: olds === undefined || olds.getFieldsMap().getLength() === 0 ? undefined : bag(olds),
                news: bag(request.getNews()),
                proposedName: request.getAutonaming()?.getProposedName() ?? "",
            });
            const response = new pb.CheckResponse();
            response.setInputs(message(result.inputs));
            for (const { property, reason } of result.failures) {
                const failure = new pb.CheckFailure();
                failure.setProperty(property);
                failure.setReason(reason);
                response.addFailures(failure);
            }
            return response;
        }),
        diff: method(async (request: pb.DiffRequest) =>
            diffResponse(
                await provider.diff({
                    ...subject(request),
                    id: request.getId(),
                    state: bag(request.getOlds()),
                    oldInputs: bag(request.getOldInputs()),
                    news: bag(request.getNews()),
                    ignoreChanges: request.getIgnorechangesList(),
                }),
            ),
        ),
        create: method(async (request: pb.CreateRequest) => {
            const { id, state } = await provider.create({
                ...subject(request),
                inputs: bag(request.getProperties()),
                preview: request.getPreview(),
                timeoutSeconds: request.getTimeout(),
            });
            const response = new pb.CreateResponse();
            response.setId(id);
            response.setProperties(message(state));
            return response;
        }),
        read: method(async (request: pb.ReadRequest) => {
            const [id, state, inputs] = [request.getId(), bag(request.getProperties()), bag(request.getInputs())];
            const existing = { ...subject(request), id, state, inputs, timeoutSeconds: request.getTimeout() };
            const result = provider.read === undefined ? { state, inputs } : await provider.read(existing);
            const response = new pb.ReadResponse();
            if (result !== undefined) {
                response.setId(id);
                response.setProperties(message(result.state));
                response.setInputs(message(result.inputs));
            }
            return response;
        }),
        update: method(async (request: pb.UpdateRequest) => {
            const state = await provider.update({
                ...subject(request),
                id: request.getId(),
                state: bag(request.getOlds()),
                inputs: bag(request.getNews()),
                preview: request.getPreview(),
                timeoutSeconds: request.getTimeout(),
            });
            const response = new pb.UpdateResponse();
            response.setProperties(message(state));
            return response;
        }),
        delete: method(async (request: pb.DeleteRequest) => {
            await provider.delete({
                ...subject(request),
                id: request.getId(),
                state: bag(request.getProperties()),
                inputs: bag(request.getOldInputs()),
                timeoutSeconds: request.getTimeout(),
            });
            return new Empty();
        }),
    };
}

/** A method of the protocol from a plain function. */
function method<Request, Response>(
    handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
    return unary(handle, error => initFailure(error) ?? asServiceError(error));
}
