import * as grpc from "@grpc/grpc-js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/resource_pb";
import { Properties } from "./values";
import { message } from "./wire";

const MESSAGE_LIMIT_BYTES = 400 * 1024 * 1024;

/** A resource that a component registers. */
export interface Registration {
    /** Type token, `kubernetes:apps/v1:Deployment`. */
    readonly type: string;
    readonly name: string;
    /** URN of the parent; empty for the stack. */
    readonly parent: string;
    /** Whether a provider looks after it; otherwise it is a component. */
    readonly custom: boolean;
    readonly inputs: Properties;
    /** Reference of the provider, `URN::ID`; empty: the default one. */
    readonly provider?: string;
    /** References of providers for children, by package. */
    readonly providers?: ReadonlyMap<string, string>;
    /** URNs of what must be there before it. */
    readonly dependencies?: readonly string[];
    readonly protect?: boolean;
}

/** The engine's end for components that a provider constructs: where their children are registered. */
export class Monitor {
    private readonly client: ResourceMonitorClient;

    /** @param address of the monitor, `127.0.0.1:40001` */
    constructor(address: string) {
        this.client = new ResourceMonitorClient(address, grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": MESSAGE_LIMIT_BYTES,
            "grpc.max_send_message_length": MESSAGE_LIMIT_BYTES,
        });
    }

    /** Registers a resource, which makes or changes it, and gives its URN. @throws the engine's refusal */
    register(resource: Registration): Promise<string> {
        const request = new pb.RegisterResourceRequest();
        request.setType(resource.type);
        request.setName(resource.name);
        request.setParent(resource.parent);
        request.setCustom(resource.custom);
        request.setObject(message(resource.inputs));
        request.setProvider(resource.provider ?? "");
        request.setDependenciesList([...(resource.dependencies ?? [])]);
        request.setAcceptsecrets(true);
        request.setAcceptresources(true);
        if (resource.protect === true) {
            request.setProtect(true);
        }
        for (const [name, reference] of resource.providers ?? []) {
            request.getProvidersMap().set(name, reference);
        }
        return new Promise((resolve, reject) =>
            this.client.registerResource(request, (error, response) =>
                error === null ? resolve(response.getUrn()) : reject(new Error(error.details)),
            ),
        );
    }

    /** Says what a component's outputs are. */
    outputs(urn: string, outputs: Properties): Promise<void> {
        const request = new pb.RegisterResourceOutputsRequest();
        request.setUrn(urn);
        request.setOutputs(message(outputs));
        return new Promise((resolve, reject) =>
            this.client.registerResourceOutputs(request, error =>
                error === null ? resolve() : reject(new Error(error.details)),
            ),
        );
    }

    close(): void {
        this.client.close();
    }
}
