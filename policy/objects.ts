import { known } from "./known";
import { isRecord } from "./pod";

type Report = (message: string) => void;

/** One check of an object. `report` says where in a list the object is. */
export type ObjectCheck = (type: string, props: Readonly<Record<string, unknown>>, report: Report) => void;

/**
 * Runs a check on a resource, or on every object of a `…List`, which would otherwise hide them. What is not known in a
 * preview is a violation, as `known` says.
 */
export function eachObject(type: string, props: unknown, report: Report, check: ObjectCheck): void {
    const [, group = "", kind] = /^(kubernetes:[^:]+:)([A-Za-z]+?)List(?:Patch)?$/.exec(type) ?? [];
    known(report, () => {
        if (kind === undefined) {
            check(type, isRecord(props) ? props : {}, report);
            return;
        }
        const items: unknown = isRecord(props) ? props.items : undefined;
        const objects: readonly unknown[] = Array.isArray(items) ? items : [];
        objects.forEach((item, index) => {
            const inList: Report = message => report(`items[${index}]: ${message}`);
            known(inList, () => check(`${group}${kind}`, isRecord(item) ? item : {}, inList));
        });
    });
}
