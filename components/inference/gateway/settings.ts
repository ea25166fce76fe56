import type { Input } from "@pulumi/pulumi";
import type { ModelPlan } from "../../planning/plan";
import type { SiteGateway } from "../../site/serving";
import type { SiteModel } from "../../site/site";

/** A model behind the gateway. */
export interface GatewayModel {
    readonly model: SiteModel;
    readonly plan: ModelPlan;
}

/** What all objects of a gateway are made from. */
export interface GatewaySettings {
    readonly gateway: SiteGateway;
    readonly models: readonly GatewayModel[];
    /** Namespace of the model services, and of the gateway. */
    readonly namespace: Input<string>;
    /** Whether what runs in the namespace `monitoring` may read metrics. */
    readonly monitored: boolean;
}

/** A Kubernetes object with a definition of its own, as plain data. */
export interface CustomObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace: Input<string>;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: Readonly<Record<string, unknown>>;
}
