import { Changes } from "./diff";
import type { Monitor } from "./monitor";
import { Severity } from "./serve";
import { Json, Properties } from "./values";

/** Which resource a request is about. */
export interface Subject {
    readonly urn: string;
    /** Type token, `random:index/randomPassword:RandomPassword`. */
    readonly type: string;
    /** Logical name. */
    readonly name: string;
}

/** A request to complete and judge new inputs. */
export interface CheckRequest extends Subject {
    /** Inputs of the existing resource; undefined for a new one. */
    readonly olds: Properties | undefined;
    readonly news: Properties;
    /** The name that the engine proposes, where the project configures autonaming. */
    readonly proposedName: string;
}

/** An input that cannot be right. */
export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}

/** Completed inputs, or what is wrong with them. */
export interface CheckResult {
    readonly inputs: Properties;
    readonly failures: readonly CheckFailure[];
}

/** A request to compare a resource with new inputs. */
export interface DiffRequest extends Subject {
    readonly id: string;
    readonly state: Properties;
    readonly oldInputs: Properties;
    readonly news: Properties;
    /** Property paths that do not count. */
    readonly ignoreChanges: readonly string[];
}

/** What would change. */
export interface DiffResult {
    readonly changes: Changes;
    /** Whether the old resource must go before the new one comes. */
    readonly deleteBeforeReplace?: boolean;
}

/** A request to create a resource, or to say what would come of it. */
export interface CreateRequest extends Subject {
    readonly inputs: Properties;
    readonly preview: boolean;
    /** The user's own limit; 0 if there is none. */
    readonly timeoutSeconds: number;
}

/** A request to change a resource, or to say what would come of it. */
export interface UpdateRequest extends CreateRequest {
    readonly id: string;
    readonly state: Properties;
}

/** A request to read or delete a resource. */
export interface ExistingRequest extends Subject {
    readonly id: string;
    readonly state: Properties;
    readonly inputs: Properties;
    readonly timeoutSeconds: number;
}

/** A request to construct a component. */
export interface ConstructRequest {
    /** Type token of the component. */
    readonly type: string;
    readonly name: string;
    /** URN of the parent; empty for the stack. */
    readonly parent: string;
    readonly inputs: Properties;
    /** References of providers by package, `URN::ID`. */
    readonly providers: ReadonlyMap<string, string>;
    /** URNs of what must be there before its children. */
    readonly dependencies: readonly string[];
    readonly protect: boolean;
    /** Where the component and its children are registered. */
    readonly monitor: Monitor;
}

/** What was read. */
export interface ReadResult {
    readonly state: Properties;
    readonly inputs: Properties;
}

/** What a provider can say to the user, and how it learns that it should stop. */
export interface Host {
    /** Shows a message beside a resource. */
    log(severity: Severity, urn: string, message: string): Promise<void>;
    /** Shows a line of progress beside a resource. */
    progress(urn: string, message: string): Promise<void>;
    /** Aborted when the user cancels. */
    readonly cancelled: AbortSignal;
}

/** A resource provider, without the protocol. */
export interface Provider {
    /** Takes the provider's own configuration; values may be JSON text. */
    configure?(inputs: Properties): void;
    /** Compares two configurations of the provider. @default changed keys, none of them a replacement */
    diffConfig?(before: Properties, after: Properties): Changes;
    check(request: CheckRequest): Promise<CheckResult>;
    diff(request: DiffRequest): Promise<DiffResult>;
    create(request: CreateRequest): Promise<{ readonly id: string; readonly state: Properties }>;
    /** @default the state as it is */
    read?(request: ExistingRequest): Promise<ReadResult | undefined>;
    update(request: UpdateRequest): Promise<Properties>;
    delete(request: ExistingRequest): Promise<void>;
    invoke?(token: string, inputs: Properties): Promise<Properties>;
    /** Registers a component with its children. */
    construct?(request: ConstructRequest): Promise<{ readonly urn: string; readonly state: Properties }>;
}

/** A resource that exists but did not become ready: it is recorded, and the update fails. */
export class NotReady extends Error {
    constructor(
        message: string,
        readonly id: string,
        readonly state: Properties,
        /** What is missing, one sentence each. */
        readonly reasons: readonly string[],
        readonly inputs?: Json,
    ) {
        super(message);
    }
}
