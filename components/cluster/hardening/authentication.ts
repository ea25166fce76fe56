import { stringify } from "yaml";

/** An OpenID Connect provider whose users may sign in. */
export interface IdentityProvider {
    /** `https://…`, as the token's `iss` says it. */
    readonly issuerUrl: string;
    /** Client that tokens must be for (`aud`). */
    readonly clientId: string;
    /** Claim with the names of groups. */
    readonly groupsClaim: string;
    /** Certificate of the authority of the provider's own, PEM. Unset: those that the host trusts. */
    readonly issuerCa?: string;
}

/** What is asked without a name: kubelets' probes, balancers and kubeadm ask for health. */
const HEALTH_PATHS = ["/livez", "/readyz", "/healthz"];

/** Where kubeadm finds the cluster's authority, signed with a token. */
const CLUSTER_INFO_PATH = "/api/v1/namespaces/kube-public/configmaps/cluster-info";

/**
 * The configuration of authentication. Without a name only health is answered. Users of an identity provider are
 * `oidc:<subject>`, in the groups that it names; names and groups of Kubernetes' own (`system:…`) it cannot give.
 */
export function authenticationConfiguration(args: {
    readonly oidc?: IdentityProvider;
    readonly tokenDiscovery: boolean;
}): string {
    const paths = [...HEALTH_PATHS, ...(args.tokenDiscovery ? [CLUSTER_INFO_PATH] : [])];
    return stringify(
        {
            apiVersion: "apiserver.config.k8s.io/v1",
            kind: "AuthenticationConfiguration",
            anonymous: { enabled: true, conditions: paths.map(path => ({ path })) },
            jwt: args.oidc === undefined ? [] : [jwtOf(args.oidc)],
        },
        { lineWidth: 0 },
    );
}

function jwtOf({ issuerUrl, clientId, groupsClaim, issuerCa }: IdentityProvider): object {
    return {
        issuer: {
            url: issuerUrl,
            audiences: [clientId],
            ...(issuerCa !== undefined && { certificateAuthority: issuerCa }),
        },
        claimMappings: {
            username: { claim: "sub", prefix: "oidc:" },
            groups: { claim: groupsClaim, prefix: "" },
        },
        userValidationRules: [
            {
                expression: "!user.username.startsWith('system:')",
                message: "names that start with system: are Kubernetes' own",
            },
            {
                expression: "user.groups.all(group, !group.startsWith('system:'))",
                message: "groups that start with system: are Kubernetes' own",
            },
        ],
    };
}
