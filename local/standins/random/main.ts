import { changesBetween } from "../diff";
import { Provider } from "../provider";
import { serveProvider } from "../providerService";
import { markSecrets, Properties, revealAll, secret, UNKNOWN } from "../values";
import { checkInputs, GENERATORS } from "./generate";

const VERSION = "4.21.2";

/** Outputs of each kind, with those that are secret whatever the inputs are. */
const OUTPUTS: Readonly<Record<string, { readonly names: readonly string[]; readonly secret: boolean }>> = {
    RandomPassword: { names: ["result"], secret: true },
    RandomString: { names: ["result"], secret: false },
    RandomId: { names: ["b64Std", "b64Url", "hex", "dec"], secret: false },
    RandomBytes: { names: ["base64", "hex"], secret: true },
    RandomUuid: { names: ["result"], secret: false },
    RandomInteger: { names: ["result"], secret: false },
};

function kindOf(type: string): string {
    const kind = type.slice(type.lastIndexOf(":") + 1);
    if (GENERATORS[kind] === undefined) {
        const known = Object.keys(GENERATORS).join(", ");
        throw new Error(`${kind} is not part of the stand-in for @pulumi/random, which has ${known}`);
    }
    return kind;
}

/** Inputs and outputs of a resource as its state, with what must be secret marked so. */
function state(kind: string, inputs: Properties, outputs: Properties): Properties {
    const entries = Object.entries(outputs).map(([name, value]) => [
        name,
        OUTPUTS[kind]?.secret ? secret(value) : value,
    ]);
    return { ...inputs, ...Object.fromEntries(entries) } as Properties;
}

const provider: Provider = {
    check({ type, news }) {
        return Promise.resolve({ inputs: news, failures: checkInputs(kindOf(type), revealAll(news)) });
    },
    diff({ oldInputs, news, ignoreChanges }) {
        const changes = changesBetween(revealAll(oldInputs), revealAll(news), { replaces: () => true });
        return Promise.resolve({ changes: new Map([...changes].filter(([path]) => !ignoreChanges.includes(path))) });
    },
    create({ type, inputs, preview }) {
        const kind = kindOf(type);
        if (preview) {
            const unknown = Object.fromEntries((OUTPUTS[kind]?.names ?? []).map(name => [name, UNKNOWN]));
            return Promise.resolve({ id: "", state: state(kind, inputs, unknown) });
        }
        const generated = GENERATORS[kind]?.(revealAll(inputs)) ?? { id: "", outputs: {} };
        return Promise.resolve({ id: generated.id, state: state(kind, inputs, generated.outputs) });
    },
    update({ state: before, inputs }) {
        // Nothing is updated in place; a change of secretness alone ends here.
        return Promise.resolve(markSecrets({ ...before, ...inputs }, inputs) as Properties);
    },
    delete: () => Promise.resolve(),
};

void serveProvider(VERSION, () => provider);
