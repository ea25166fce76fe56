import { EngineLog } from "./log";
import { serve } from "./server";
import { OpenSsh } from "./ssh";

/** Started by the engine with its own address; prints the port that the provider answers on. */
async function main(): Promise<void> {
    const log = new EngineLog();
    const transport = new OpenSsh();
    log.connect(process.argv.slice(2).find(argument => /^[^-].*:\d+$/.test(argument)) ?? "");
    const leave = () => {
        transport.close();
        process.exit(0);
    };
    process.on("SIGINT", leave).on("SIGTERM", leave).on("SIGHUP", leave);
    const { port } = await serve(transport, log);
    process.stdout.write(`${port}\n`);
}

void main();
