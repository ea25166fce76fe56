import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** The engine's own limit for one message. */
const MESSAGE_LIMIT_BYTES = 400 * 1024 * 1024;
const OPTIONS = {
    "grpc.max_receive_message_length": MESSAGE_LIMIT_BYTES,
    "grpc.max_send_message_length": MESSAGE_LIMIT_BYTES,
};
const ORPHAN_CHECK_MILLISECONDS = 1000;

/** How bad a message is. */
export type Severity = "debug" | "info" | "warning" | "error";

const SEVERITIES: Readonly<Record<Severity, LogSeverity>> = {
    debug: LogSeverity.DEBUG,
    info: LogSeverity.INFO,
    warning: LogSeverity.WARNING,
    error: LogSeverity.ERROR,
};

/** The engine's end of the connection: where messages for the user go. */
export class Engine {
    private client: EngineClient | undefined;
    private last: Promise<void> = Promise.resolve();

    /** Names the engine's address, `127.0.0.1:40001`; the first call counts. */
    connect(address: string): void {
        this.client ??= new EngineClient(address, grpc.credentials.createInsecure(), OPTIONS);
    }

    /** Shows a message, beside the resource if `urn` is given, after those before it. An ephemeral one is progress. */
    log(severity: Severity, message: string, urn = "", ephemeral = false): Promise<void> {
        const request = new LogRequest();
        request.setSeverity(SEVERITIES[severity]);
        request.setMessage(message);
        request.setUrn(urn);
        request.setEphemeral(ephemeral);
        this.last = this.last.then(
            () =>
                new Promise<void>(resolve => {
                    if (this.client === undefined) {
                        resolve();
                    } else {
                        this.client.log(request, () => resolve());
                    }
                }),
        );
        return this.last;
    }
}

/**
 * Runs a plugin: serves on a free port of the loopback, prints the port as the engine expects it, and ends when the
 * engine asks or is gone.
 */
export async function serve(
    service: grpc.ServiceDefinition,
    implementation: grpc.UntypedServiceImplementation,
    engine: Engine,
): Promise<void> {
    const address = process.argv.slice(2).find(argument => !argument.startsWith("-"));
    if (address !== undefined) {
        engine.connect(address);
    }
    const server = new grpc.Server(OPTIONS);
    server.addService(service, implementation);
    const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
        ),
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.on(signal, () => process.exit(0));
    }
    const parent = process.ppid;
    setInterval(() => {
        if (process.ppid !== parent) {
            process.exit(0);
        }
    }, ORPHAN_CHECK_MILLISECONDS).unref();
    process.stdout.write(`${port}\n`);
}

/** A failure as gRPC reports it. */
export function asServiceError(error: unknown): Partial<grpc.ServiceError> {
    const message = error instanceof Error ? error.message : String(error);
    return { code: grpc.status.UNKNOWN, message, details: message };
}

/** A gRPC handler of one request and one answer from a plain function. `describe` says how its failures are reported. */
export function unary<Request, Response>(
    handle: (request: Request, call: grpc.ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
    describe: (error: unknown) => Partial<grpc.ServiceError> = asServiceError,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        Promise.resolve()
            .then(() => handle(call.request, call))
            .then(
                response => callback(null, response),
                (error: unknown) => callback(describe(error)),
            );
    };
}
