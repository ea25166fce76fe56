import { files } from "./files";
import type { Kind } from "./kind";
import { modules } from "./modules";
import { packages } from "./packages";
import { repositories } from "./repositories";
import { roce } from "./roce";
import { services } from "./services";
import { sysctls } from "./sysctls";
import { sysfs } from "./sysfs";

/** Every kind of item, in the order in which a host is changed. A new kind is one file and one line here. */
export const kinds: readonly Kind<unknown, unknown>[] = [
    repositories,
    packages,
    files,
    modules,
    sysctls,
    sysfs,
    roce,
    services,
];
