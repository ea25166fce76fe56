import { randomBytes } from "node:crypto";
import { changesBetween, withoutPaths } from "../diff";
import { Host, Provider } from "../provider";
import { serveProvider } from "../providerService";
import { at, Json, Properties, revealAll, textAt, UNKNOWN } from "../values";
import { Commands, Printed } from "./commands";

const VERSION = "1.2.1";
const KINDS = ["command:local:Command", "command:remote:Command"];

/** State of a command. What it prints is no secret of itself, whatever went in: `additionalSecretOutputs` is for that. */
function state(inputs: Properties, printed: Readonly<Record<keyof Printed, Json>>): Properties {
    return { ...inputs, ...printed };
}

/** What the last run printed. */
function lastPrinted(before: Properties): Printed {
    const plain = revealAll(before);
    return { stdout: textAt(plain, "stdout"), stderr: textAt(plain, "stderr") };
}

const UNKNOWN_OUTPUT = { stdout: UNKNOWN, stderr: UNKNOWN };
const NO_OUTPUT: Printed = { stdout: "", stderr: "" };

function makeProvider(host: Host): Provider {
    const commands = new Commands(host);
    const run = (type: string, urn: string, inputs: Properties, command: string, last: Printed): Promise<Printed> => {
        const plain = revealAll(inputs);
        return type === "command:remote:Command"
            ? commands.remote(urn, plain, command, last)
            : commands.local(urn, plain, command, last);
    };
    return {
        check({ type, news }) {
            if (!KINDS.includes(type)) {
                throw new Error(
                    `${type} is not part of the stand-in for @pulumi/command, which has ${KINDS.join(", ")}`,
                );
            }
            const missing = type === "command:remote:Command" && at(news, "connection") === undefined;
            const failures = missing ? [{ property: "connection", reason: "connection is required" }] : [];
            return Promise.resolve({ inputs: news, failures });
        },
        diff({ oldInputs, news, ignoreChanges }) {
            const changes = changesBetween(revealAll(oldInputs), revealAll(news), {
                replaces: ([top]) => top === "triggers",
            });
            return Promise.resolve({ changes: withoutPaths(changes, ignoreChanges) });
        },
        async create({ type, urn, name, inputs, preview }) {
            const id = `${name}${randomBytes(4).toString("hex")}`;
            if (preview) {
                return { id, state: state(inputs, UNKNOWN_OUTPUT) };
            }
            const command = textAt(revealAll(inputs), "create");
            const printed = command === "" ? NO_OUTPUT : await run(type, urn, inputs, command, NO_OUTPUT);
            return { id, state: state(inputs, printed) };
        },
        async update({ type, urn, state: before, inputs, preview }) {
            if (preview) {
                return state(inputs, UNKNOWN_OUTPUT);
            }
            const plain = revealAll(inputs);
            const command = textAt(plain, "update") || textAt(plain, "create");
            const last = lastPrinted(before);
            return state(inputs, command === "" ? last : await run(type, urn, inputs, command, last));
        },
        async delete({ type, urn, state: before }) {
            const command = textAt(revealAll(before), "delete");
            if (command !== "") {
                await run(type, urn, before, command, lastPrinted(before));
            }
        },
        async invoke(token, inputs) {
            if (token !== "command:local:run") {
                throw new Error(`${token} is not part of the stand-in for @pulumi/command`);
            }
            const printed = await commands.local(
                "",
                revealAll(inputs),
                textAt(revealAll(inputs), "command"),
                NO_OUTPUT,
            );
            return state(inputs, printed);
        },
    };
}

void serveProvider(VERSION, makeProvider);
