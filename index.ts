import * as pulumi from "@pulumi/pulumi";
import { siteCluster } from "./components/cluster/cluster";
import { siteOperators } from "./components/cluster/operators/siteOperators";
import { FabricTopology } from "./components/fabric/topology";
import { makeFleet } from "./components/host/fleet";
import { makeGates } from "./components/host/gates/fleet";
import { gatewayHosts } from "./components/inference/gateway/makeGateway";
import { makeServing } from "./components/inference/makeServing";
import { describePlan, planned, planSite } from "./components/planning";
import { accept } from "./components/refuse";
import { SiteCertificates } from "./components/secrets/certificates";
import { loadSecrets, loadSite } from "./components/site/load";

const site = loadSite();
const secrets = loadSecrets();
const models = planned(site, accept(planSite(site)));

const fleet = makeFleet({ site, secrets });
const cluster = siteCluster({ site, secrets, fleet });
const gates = makeGates({ site, fleet, nodes: cluster.nodes, controlPlane: cluster.controlPlane });
// A node has joined once its host has proved itself.
const proved = {
    providers: [cluster.provider],
    dependsOn: [...fleet.hosts.values(), ...cluster.nodes.values(), ...gates],
};
const labelled = site.hosts.some(({ node }) => node !== undefined)
    ? [new FabricTopology(`${site.name}-topology`, { site, joined: cluster.nodes }, proved)]
    : [];

const certificates = new SiteCertificates(`${site.name}-tls`, {
    site: site.name,
    hosts: [...models.map(({ model }) => model.endpoint.host), ...gatewayHosts(site)],
    given: secrets.tls,
});

const operators = siteOperators({ site, cluster, authority: certificates.authority });
const after = [...proved.dependsOn, ...labelled];
const { services, gatewayEndpoints } = makeServing({ site, models, certificates, cluster, operators, after });

/** How each model is laid out and what that leaves, in sentences. */
export const plan = Object.fromEntries(models.map(({ model, plan }) => [model.name, describePlan(plan)]));
/** Base address of each model's OpenAI API. */
export const endpoints = Object.fromEntries(services.map(({ name, endpoint }) => [name, endpoint]));
export { gatewayEndpoints };
/** Key of each model; a secret. A new one: `pulumi up --replace '**::<model>-api-key'`. */
export const apiKeys = pulumi.secret(Object.fromEntries(services.map(({ name, key }) => [name, key])));
/** What clients must trust, where the site has an authority of its own. */
export const caCertificate = certificates.caCertificate;
/** When each endpoint's certificate ends, ISO 8601 in UTC. */
export const certificateExpires = Object.fromEntries(services.map(({ name, expires }) => [name, expires]));
/** Where the API of a cluster that Seamount built answers. */
export const clusterEndpoint = site.cluster.kubeadm?.endpoint;
/** When the first of that cluster's certificates ends, ISO 8601 in UTC. */
export const certificatesExpire = cluster.controlPlane?.certificatesExpire;
/** Kubeconfig of its administrator; a secret. */
export const kubeconfig = cluster.controlPlane && pulumi.secret(cluster.controlPlane.kubeconfig);
