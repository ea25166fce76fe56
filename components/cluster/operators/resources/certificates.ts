import type { PlainObject } from "./object";
import type { IssuerSpec } from "./gateway";

/** Name of the ClusterIssuer of the site's own authority. */
export const SITE_ISSUER = "seamount";
/** Secret with the authority's certificate and key, in cert-manager's namespace. */
export const SITE_AUTHORITY_SECRET = "seamount-authority";

/** The issuer of the site's own authority, for whatever in the cluster asks cert-manager for a certificate. */
export function siteIssuer(): PlainObject<IssuerSpec> {
    return {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: SITE_ISSUER },
        spec: { ca: { secretName: SITE_AUTHORITY_SECRET } },
    };
}
