import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every command line of this machine, over and over, until told to stop: what a process list could have shown. */
export class ProcessListWatch {
    private readonly seen = new Set<string>();
    private readonly timer = setInterval(() => this.look(), 50);

    /** Ends the watch and returns each distinct command line. */
    public stop(): string[] {
        clearInterval(this.timer);
        return [...this.seen];
    }

    private look(): void {
        for (const pid of readdirSync("/proc").filter(name => /^\d+$/.test(name))) {
            try {
                this.seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
            } catch {
                // the process ended between the listing and the look
            }
        }
    }
}

/** The forms in which a text could have leaked: as it is, as one JSON string, and in base64. */
export function forms(secret: string): string[] {
    const base64 = [0, 1, 2].map(shift =>
        // without the ends, which depend on what stands beside it
        Buffer.from(" ".repeat(shift) + secret)
            .toString("base64")
            .replace(/=+$/, "")
            .slice(shift === 0 ? 0 : 4, -2),
    );
    return [secret, JSON.stringify(secret).slice(1, -1), ...base64];
}

/** Which of the named secrets occur in a text, in any form. A PEM key counts when its first line of data occurs. */
export function leaks(text: string, secrets: Readonly<Record<string, string>>): string[] {
    const needle = (secret: string) => (secret.startsWith("-----") ? (secret.split("\n")[1] ?? secret) : secret);
    return Object.keys(secrets).filter(name => forms(needle(secrets[name] ?? "")).some(form => text.includes(form)));
}

/** All files below a folder with their text. */
export function files(folder: string): { readonly path: string; readonly text: string }[] {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name))
        .map(path => ({ path, text: readFileSync(path, "latin1") }));
}
