import type { Input } from "@pulumi/pulumi";
import type { CustomObject, GatewaySettings } from "../settings";
import { pickerCertificates, pickerTls } from "./pickerObjects";
import { backendPolicy, gatewayPolicy, modelPolicy } from "./policies";
import { clientPolicy, envoyProxy, gatewayObject } from "./proxy";
import { backendTls, credentialFilter, inferenceObjective, inferencePool, modelRoute, pickerPolicy } from "./routes";

/** What custom objects refer to. The cluster makes up the names of what holds content. */
export interface EnvoyNames {
    /** Image of Envoy. */
    readonly image: string;
    /** Secret of the type kubernetes.io/tls with the certificate that clients see. */
    readonly tls: Input<string>;
    /** ConfigMap with `ca.crt`, by which Envoy knows the models. Unset: what its system trusts. */
    readonly ca?: Input<string>;
    /** Secret with the key of a model, as `credential`. */
    readonly credential: (model: string) => Input<string>;
}

/**
 * All objects with definitions of their own of a gateway of the kind `envoy`: Gateway API, its inference extension, and
 * policies of Envoy Gateway. Policies come before the routes that they close: no route is open for a moment.
 */
export function envoyObjects(settings: GatewaySettings, names: EnvoyNames): readonly CustomObject[] {
    const { models } = settings;
    const ofModels = (make: (each: (typeof models)[number]) => CustomObject): readonly CustomObject[] =>
        models.map(make);
    return [
        envoyProxy(settings, names.image),
        ...pickerCertificates(settings),
        ...ofModels(each => inferencePool(settings, each)),
        ...ofModels(each => inferenceObjective(settings, each)),
        ...ofModels(each => pickerTls(settings, each)),
        ...ofModels(each => backendTls(settings, each, names.ca)),
        clientPolicy(settings),
        gatewayPolicy(settings),
        backendPolicy(settings),
        ...ofModels(each => modelPolicy(settings, each)),
        ...ofModels(each => pickerPolicy(settings, each)),
        ...ofModels(each => credentialFilter(settings, each, names.credential(each.plan.name))),
        gatewayObject(settings, names.tls),
        ...ofModels(each => modelRoute(settings, each)),
    ];
}
