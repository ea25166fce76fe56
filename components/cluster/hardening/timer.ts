import type { HostItems } from "../../../provider/items";

/** A program that systemd runs again and again. */
export interface TimerSettings {
    /** Name of the units, without an ending. */
    readonly name: string;
    readonly description: string;
    /** Its file; one of `files`. */
    readonly program: string;
    /** File without which it does not run, and is not said to fail. */
    readonly condition: string;
    readonly intervalSeconds: number;
    /** Files by path: the program, and what it reads. */
    readonly files: NonNullable<HostItems["files"]>;
}

/** Items of a program that a timer runs. */
export function timer({ name, description, program, condition, intervalSeconds, files }: TimerSettings): HostItems {
    const unit = `/etc/systemd/system/${name}`;
    return {
        files: {
            ...files,
            [`${unit}.service`]: {
                content: lines(
                    "[Unit]",
                    `Description=${description}, kept by Seamount`,
                    `ConditionPathExists=${condition}`,
                    "",
                    "[Service]",
                    "Type=oneshot",
                    "Nice=10",
                    `ExecStart=${program}`,
                ),
            },
            [`${unit}.timer`]: {
                content: lines(
                    "[Unit]",
                    `Description=${description}, kept by Seamount`,
                    "",
                    "[Timer]",
                    `OnBootSec=${intervalSeconds}`,
                    `OnUnitInactiveSec=${intervalSeconds}`,
                    "AccuracySec=1",
                    "",
                    "[Install]",
                    "WantedBy=timers.target",
                ),
            },
        },
        services: { [`${name}.timer`]: { enabled: true, running: true, restartOn: [`${unit}.timer`] } },
    };
}

function lines(...all: readonly string[]): string {
    return `# Kept by Seamount.\n${all.join("\n")}\n`;
}
