import { directories } from "./directories";
import { files } from "./files";
import { kernelArguments } from "./kernelArguments";
import type { Kind } from "./kind";
import { links } from "./links";
import { modules } from "./modules";
import { mounts } from "./mounts";
import { packages } from "./packages";
import { pci } from "./pci";
import { repositories } from "./repositories";
import { roce } from "./roce";
import { securityModules } from "./securityModules";
import { services } from "./services";
import { sysctls } from "./sysctls";
import { sysfs } from "./sysfs";
import { users } from "./users";

/** Every kind of item, in the order in which a host is changed. A new kind is one file and one line here. */
export const kinds: readonly Kind<unknown, unknown>[] = [
    repositories,
    packages,
    users,
    mounts,
    directories,
    files,
    kernelArguments,
    modules,
    securityModules,
    sysctls,
    sysfs,
    pci,
    links,
    roce,
    services,
];
