import type { ResourceHandler } from "./handler";
import { HOST_TYPE } from "./items";
import type { Log } from "./log";
import { HostOperations } from "./operations";
import type { Transport } from "./transport";

/** Every type of resource that the provider serves. A new type is one handler and one line here. */
export function resourceHandlers(transport: Transport, log: Log): Readonly<Record<string, ResourceHandler>> {
    return {
        [HOST_TYPE]: new HostOperations(transport, log),
    };
}
