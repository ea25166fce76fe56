import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { orRefuse } from "../../refuse";
import { encryptionConfiguration } from "./encryption";

/** Arguments of `EncryptionKeys`. */
export interface EncryptionKeysArgs {
    /** Names of the keys: the first writes, all read. @default ["1"] */
    readonly generations?: readonly string[];
}

/**
 * The keys with which the API server encrypts secrets. They are in Pulumi's state, encrypted, and on the hosts of the
 * control plane. A key that is taken out of the list is gone, and with it what nobody wrote anew.
 */
export class EncryptionKeys extends pulumi.ComponentResource {
    /** Text of the EncryptionConfiguration; a secret. */
    public readonly configuration: pulumi.Output<string>;

    public constructor(name: string, args: EncryptionKeysArgs, opts?: pulumi.ComponentResourceOptions) {
        const generations = args.generations ?? ["1"];
        super("seamount:cluster:EncryptionKeys", name, { generations }, opts);
        const keys = generations.map(generation => {
            const key = new random.RandomBytes(`${name}-${generation}`, { length: 32 }, { parent: this });
            return key.base64.apply(base64 => ({ kind: "secretbox" as const, name: `key-${generation}`, key: base64 }));
        });
        this.configuration = pulumi.secret(
            pulumi.all(keys).apply(providers => orRefuse(() => encryptionConfiguration(providers))),
        );
        this.registerOutputs({});
    }
}
