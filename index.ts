import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { gpus } from "./catalog";
import { Cluster } from "./components/cluster/cluster";
import { FabricTopology } from "./components/fabric/topology";
import { makeFleet } from "./components/host/fleet";
import { ModelService } from "./components/inference/modelService";
import { describePlan, planned, planSite } from "./components/planning";
import { accept } from "./components/refuse";
import { SiteCertificates } from "./components/secrets/certificates";
import { loadSecrets, loadSite } from "./components/site/load";

const site = loadSite();
const secrets = loadSecrets();
const models = planned(site, accept(planSite(site)));

const { hosts, gates } = makeFleet({ site, secrets });

const cluster = new Cluster(site.name, { site: site.name, cluster: site.cluster, kubeconfig: secrets.kubeconfig });

if (site.hosts.some(({ node }) => node !== undefined)) {
    // A node has joined once its host has proved itself.
    new FabricTopology(
        `${site.name}-topology`,
        { site },
        { providers: [cluster.provider], dependsOn: [...hosts, ...gates] },
    );
}

const certificates = new SiteCertificates(`${site.name}-tls`, {
    site: site.name,
    hosts: models.map(({ model }) => model.endpoint.host),
    given: secrets.tls,
});

const services = models.map(({ plan, model }) => {
    const key = new random.RandomPassword(`${model.name}-api-key`, { length: 48, special: false });
    const { certificate, privateKey, expires } = certificates.for(model.endpoint.host);
    const service = new ModelService(
        model.name,
        {
            model,
            plan,
            namespace: cluster.namespace,
            apiKey: key.result,
            certificate,
            privateKey,
            gpuResource: gpus[plan.gpu]?.kubernetesResource,
        },
        { providers: [cluster.provider], dependsOn: [...hosts, ...gates] },
    );
    return { name: model.name, endpoint: service.endpoint, key: key.result, expires };
});

/** How each model is laid out and what that leaves, in sentences. */
export const plan = Object.fromEntries(models.map(({ model, plan }) => [model.name, describePlan(plan)]));
/** Base address of each model's OpenAI API. */
export const endpoints = Object.fromEntries(services.map(({ name, endpoint }) => [name, endpoint]));
/** Key of each model; a secret. A new one: `pulumi up --replace '**::<model>-api-key'`. */
export const apiKeys = pulumi.secret(Object.fromEntries(services.map(({ name, key }) => [name, key])));
/** What clients must trust, where the site has an authority of its own. */
export const caCertificate = certificates.caCertificate;
/** When each endpoint's certificate ends, ISO 8601 in UTC. */
export const certificateExpires = Object.fromEntries(services.map(({ name, expires }) => [name, expires]));
