import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { serve } from "../../provider/server";
import type { FleetParts } from "../../provider/rolling/fleet";
import type { Transport } from "../../provider/transport";
import { unwrap, type WireRecord } from "../../provider/values";
import { ListLog, urn } from "./fakes";

/** Properties as they travel. */
export const struct = (value: object): Struct => Struct.fromJavaScript(value as WireRecord);

/** Properties that travelled, with what was secret laid open. */
export const plain = (value: Struct | undefined): Record<string, unknown> =>
    unwrap(value?.toJavaScript() ?? {}).value as Record<string, unknown>;

const servers: grpc.Server[] = [];
const clients: ResourceProviderClient[] = [];

/** Ends everything that `start` began. */
export function stopAll(): void {
    clients.splice(0).forEach(client => client.close());
    servers.splice(0).forEach(server => server.forceShutdown());
}

type Method<Request, Response> = (
    this: ResourceProviderClient,
    request: Request,
    callback: (error: grpc.ServiceError | null, response: Response) => void,
) => unknown;

/** A running provider, and the requests that an engine sends it. */
export interface ProviderClient {
    readonly client: ResourceProviderClient;
    /** What the provider said to people. */
    readonly log: ListLog;
    readonly ask: <Request, Response>(method: Method<Request, Response>, request: Request) => Promise<Response>;
    readonly diff: (olds: object, oldInputs: object, news: object, about?: string) => Promise<pb.DiffResponse>;
    readonly create: (inputs: object, preview?: boolean) => Promise<pb.CreateResponse>;
    readonly check: (inputs: object) => Promise<pb.CheckResponse>;
    readonly configure: (settings: object) => Promise<pb.ConfigureResponse>;
    readonly update: (olds: object, oldInputs: object, news: object) => Promise<pb.UpdateResponse>;
}

/** Starts a provider on this transport. `parts`: what takes the place of kubectl and of the real checks. */
export async function start(transport: Transport, parts: Partial<FleetParts> = {}): Promise<ProviderClient> {
    const log = new ListLog();
    const { server, port } = await serve(transport, log, parts);
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    servers.push(server);
    clients.push(client);
    const ask = <Request, Response>(method: Method<Request, Response>, request: Request) =>
        new Promise<Response>((resolve, reject) => {
            method.call(client, request, (error, response) => (error === null ? resolve(response) : reject(error)));
        });
    const diff = (olds: object, oldInputs: object, news: object, about = urn) =>
        ask<pb.DiffRequest, pb.DiffResponse>(
            client.diff.bind(client),
            new pb.DiffRequest()
                .setId("metal-1")
                .setUrn(about)
                .setOlds(struct(olds))
                .setOldInputs(struct(oldInputs))
                .setNews(struct(news)),
        );
    const create = (inputs: object, preview = false) =>
        ask<pb.CreateRequest, pb.CreateResponse>(
            client.create.bind(client),
            new pb.CreateRequest().setUrn(urn).setProperties(struct(inputs)).setPreview(preview),
        );
    const check = (inputs: object) =>
        ask<pb.CheckRequest, pb.CheckResponse>(
            client.check.bind(client),
            new pb.CheckRequest().setUrn(urn).setNews(struct(inputs)),
        );
    const update = (olds: object, oldInputs: object, news: object) =>
        ask<pb.UpdateRequest, pb.UpdateResponse>(
            client.update.bind(client),
            new pb.UpdateRequest()
                .setId("metal-1")
                .setUrn(urn)
                .setOlds(struct(olds))
                .setOldInputs(struct(oldInputs))
                .setNews(struct(news)),
        );
    const configure = (settings: object) =>
        ask<pb.ConfigureRequest, pb.ConfigureResponse>(
            client.configure.bind(client),
            new pb.ConfigureRequest().setArgs(struct(settings)),
        );
    return { client, log, ask, diff, create, check, update, configure };
}
