import type { OwnVariable } from "../../fabric/environment";
import type { ModelPlan, ServingPlan } from "../../planning/plan";
import type { EngineName, SiteModel } from "../../site/site";
import type { Member } from "./member";

/** A process to start in a container. No shell reads it: Kubernetes itself puts `$(NAME)` in the place of variables. */
export interface Command {
    /** Program and its leading words: what a container calls `command`. */
    readonly command: readonly string[];
    readonly args: readonly string[];
    /** Environment variables. Never a secret. The fabric's own variables of a pool, where there are any, go before these. */
    readonly env: Readonly<Record<string, string>>;
    /** Environment variables that are fields of the pod, to be put before `env`. Unset: none. */
    readonly own?: readonly OwnVariable[];
    /** Configuration files by absolute path; each is mounted by itself, read-only. Never a secret. Unset: none. */
    readonly files?: Readonly<Record<string, string>>;
}

/** A request that makes a model produce one token: what shows that it serves, and not only that a process lives. */
export interface TokenRequest {
    /** Path on the engine's port, to be asked with POST. */
    readonly path: string;
    /** JSON. */
    readonly body: string;
}

/** Names of an engine's own Prometheus metrics. Gauges unless said otherwise. */
export interface EngineMetrics {
    /** HTTP path on the engine's port. */
    readonly path: string;
    /** Requests that wait. */
    readonly waiting: string;
    /** Requests that are worked on. */
    readonly running: string;
    /** Share of the KV cache in use, 0 to 1. Unset: the engine does not say. */
    readonly kvCacheUsage?: string;
    /** Histogram of seconds to the first token. Unset: the engine does not say. */
    readonly ttftSeconds?: string;
    /** Histogram of seconds a token after the first. Unset: the engine does not say. */
    readonly tpotSeconds?: string;
    /** Label that names the model. Unset: series have none. */
    readonly modelLabel?: string;
}

/** Where a router finds the leaders of a replica whose prefill and decode are apart: `http://host:port`. */
export interface Groups {
    readonly prefill: readonly string[];
    readonly decode: readonly string[];
}

/** The program in front of a replica whose prefill and decode are apart. */
export interface Router {
    /** `engine`: the engine's own image has it; `router`: it needs an image of its own, `SiteModel.routerImage`. */
    readonly image: "engine" | "router";
    /** HTTP path that answers 200 once it runs. */
    readonly healthPath: string;
    /** It listens like a leader behind the proxy: `ENGINE_PORT` on the loopback. */
    command(plan: ModelPlan, groups: Groups): Command;
}

/** What Seamount must know about an inference engine to run it in a pod. */
export interface Engine {
    readonly name: EngineName;
    /** TCP port of the OpenAI-compatible API, bound to the loopback of the pod: only the proxy can reach it. */
    readonly port: number;
    /** HTTP path that answers 200 once the model is loaded, without a key and cheap. Only leaders answer. */
    readonly healthPath: string;
    /** Size limit of the writable folders for temporary files and compiled kernels, in GiB. */
    readonly scratchGiB: number;
    /** Seconds that compilation and warm-up may take after the weights are read. */
    readonly warmUpSeconds: number;
    readonly metrics: EngineMetrics;
    /** Unset: prefill and decode cannot be apart. */
    readonly router?: Router;
    /** The request whose answer has one token. */
    tokenRequest(plan: ModelPlan): TokenRequest;
    /** Why this engine cannot serve a plan, in one sentence without the service's name. Undefined: it can. */
    refusal(plan: ServingPlan): string | undefined;
    /**
     * The command line of one pod of a replica.
     * @param member which pod. Unset: the only one of a replica on one host
     * @throws Error with one sentence where the weights or the plan cannot be served by this engine
     */
    command(plan: ModelPlan, model: SiteModel, member?: Member): Command;
    /**
     * A program that ends well once the other members of a pod's group can be reached, and ends badly otherwise: to be
     * run again and again before `command` is. Unset, or undefined for a member: `command` waits by itself.
     */
    meeting?(plan: ModelPlan, member: Member): readonly string[] | undefined;
    /** TCP ports that a pod listens on for the others of its replica, beside those that libraries pick themselves. */
    ports(member: Member): readonly number[];
}

/** Folder that the weights are mounted at, read-only. */
export const WEIGHTS_PATH = "/weights";
/** Writable folder for compiled kernels and caches. */
export const CACHE_PATH = "/cache";
/** Port that every engine listens on, on 127.0.0.1. */
export const ENGINE_PORT = 8000;
/** Port of the leader at which the members of a group meet. */
export const MEETING_PORT = 29500;
/** Port at which a group tells others where its KV cache lies. */
export const TRANSFER_PORT = 5600;
/** Seconds that a router waits for leaders: weights of 10 TB are read in them at half a GB/s. */
export const ROUTER_PATIENCE_SECONDS = "21600";
