import type { EngineName, SiteModel } from "../../site/site";
import type { ModelPlan } from "../../planning/plan";

/** A process to start in a container. */
export interface Command {
    /** Program and its leading words: what a container calls `command`. */
    readonly command: readonly string[];
    readonly args: readonly string[];
    /** Environment variables. Never a secret. */
    readonly env: Readonly<Record<string, string>>;
}

/** What Seamount must know about an inference engine to run it in a pod. */
export interface Engine {
    readonly name: EngineName;
    /** TCP port of the OpenAI-compatible API, bound to the loopback of the pod: only the proxy can reach it. */
    readonly port: number;
    /** HTTP path that answers 200 once the model is loaded, without a key. */
    readonly healthPath: string;
    /** Size limit of the writable folders for temporary files and compiled kernels, in GiB. */
    readonly scratchGiB: number;
    /** Seconds that compilation and warm-up may take after the weights are read. */
    readonly warmUpSeconds: number;
    /**
     * The command line for one replica.
     * @throws Error with one sentence where the weights or the plan cannot be served by this engine
     */
    command(plan: ModelPlan, model: SiteModel): Command;
}

/** Folder that the weights are mounted at, read-only. */
export const WEIGHTS_PATH = "/weights";
/** Writable folder for compiled kernels and caches. */
export const CACHE_PATH = "/cache";
/** Port that every engine listens on, on 127.0.0.1. */
export const ENGINE_PORT = 8000;
