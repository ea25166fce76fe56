import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TARGET } from "./sshconfig";

/**
 * Ends with this process, however it ends: its standard input closes. Then it stops the agents and the shared
 * connections that are left, and removes their folder.
 */
const KEEPER = `
cat >/dev/null
for config in "$1"/*/config; do [ -e "$config" ] && ssh -F "$config" -O exit ${TARGET} 2>/dev/null; done
for pid in "$1"/*/agent.pid; do [ -e "$pid" ] && kill "$(cat "$pid")" 2>/dev/null; done
rm -rf "$1"
`;

/** A folder of this process's own, for this user's eyes only; in memory where there is such a place. */
export class PrivateFolder {
    private folder: string | undefined;
    private keeper: ChildProcess | undefined;

    /** Where it is; made when it is first asked for. */
    path(): string {
        if (this.folder === undefined) {
            this.folder = mkdtempSync(join(writable("/dev/shm") ? "/dev/shm" : tmpdir(), "metal-"));
            this.keeper = spawn("sh", ["-c", KEEPER, "sh", this.folder], {
                stdio: ["pipe", "ignore", "ignore"],
                detached: true,
            });
            this.keeper.unref();
        }
        return this.folder;
    }

    /** Removes it, and ends what runs in it. */
    close(): void {
        this.keeper?.stdin?.end();
        this.folder = undefined;
        this.keeper = undefined;
    }
}

function writable(folder: string): boolean {
    try {
        accessSync(folder, constants.W_OK | constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
