import type { HostItems, RepositoryItem } from "../../../provider/items";
import { getsRepository, packageManagers, systemOf } from "../../site/repositories";
import type { RoleHost, RoleSite } from "./role";

/** The package repositories of the site that are for this host. */
export function repositories(host: RoleHost, site: RoleSite): HostItems {
    const apt = packageManagers[systemOf(host)] === "apt";
    const own = Object.entries(site.repositories ?? {}).filter(([, repository]) => getsRepository(repository, host));
    if (own.length === 0) {
        return {};
    }
    return {
        repositories: Object.fromEntries(
            own.map(([name, { url, suite, components, signingKey, trusted }]): [string, RepositoryItem] => [
                name,
                {
                    url,
                    ...(apt && suite !== undefined && { suite }),
                    ...(apt && components && { components }),
                    ...(signingKey !== undefined && { signingKey }),
                    ...(trusted && { trusted }),
                },
            ]),
        ),
    };
}
