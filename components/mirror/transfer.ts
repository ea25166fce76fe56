/** One thing to be moved. */
export interface Task {
    /** What messages call it: an image's reference, a chart and its version. */
    readonly label: string;
    /** Moves it, and returns a few words on how it went. */
    run(): Promise<string>;
}

/** What could not be moved, and why. */
export interface Failure {
    readonly label: string;
    readonly message: string;
}

/**
 * Moves one thing after another (skopeo itself copies the layers of one side by side). One that fails does not keep
 * the others from being moved.
 *
 * @param say gets a line for each thing
 */
export async function transfer(tasks: readonly Task[], say: (line: string) => void): Promise<readonly Failure[]> {
    const failures: Failure[] = [];
    for (const [index, task] of tasks.entries()) {
        const began = performance.now();
        const words = await task.run().catch((error: unknown) => {
            const message = error instanceof Error ? error.message : String(error);
            failures.push({ label: task.label, message });
            return "FAILED";
        });
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        say(`[${index + 1}/${tasks.length}] ${task.label}: ${words}, ${seconds} s`);
    }
    return failures;
}

/** What failed, one a line; empty where nothing did. */
export function failureLines(failures: readonly Failure[], count: number): readonly string[] {
    return failures.length === 0
        ? []
        : [
              `${failures.length} of ${count} failed; the others are done, and running the command again goes on with these:`,
              ...failures.map(({ label, message }) => `  ${label}: ${message}`),
          ];
}

/** Bytes for people, in units of 1000. */
export function bytesText(bytes: number): string {
    const units = ["B", "kB", "MB", "GB", "TB"];
    const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
