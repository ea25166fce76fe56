import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addressOf } from "../fleet-stack";
import { hostKey } from "../host-stack";
import { bed } from "../site";
import type { RawSite } from "../stack";

/** Hosts of the control plane, in the order of the site. */
export const controlPlane = ["metal-91", "metal-92", "metal-93"] as const;
/** Workers. */
export const workers = ["metal-94", "metal-95"] as const;
/** Every host of the cluster. */
export const hosts = [...controlPlane, ...workers];
/** The address that kube-vip hands from host to host: nobody else on the bed has it. */
export const virtualAddress = "10.88.4.10";
/** Versions of Kubernetes that the bed has packages and images of: what is built first, and what it is upgraded to. */
export const versions = { first: "1.36.2", next: "1.36.3" } as const;

/** Digests of the images in the bed's registry, by reference with a tag. */
const digests = (): unknown => JSON.parse(readFileSync(join(bed, "registry", "images.json"), "utf8"));

/** One host as the site file says it, with the key that the bed knows now. */
export function siteHost(name: string): Record<string, unknown> {
    const isWorker = workers.some(worker => worker === name);
    return {
        name,
        address: addressOf(name),
        hostKey: hostKey(name),
        ...(isWorker
            ? { role: "edge", pool: "cpu" }
            : { role: "control-plane", pool: "control-plane", managementInterface: "eth0" }),
    };
}

/** A site whose cluster Seamount builds on hosts of the bed. */
export function clusterSite(snapshotDirectory: string): RawSite {
    return {
        name: "e2e-cluster",
        environment: "local",
        access: { user: "root", identityFile: join(bed, "id_ed25519"), connectTimeoutSeconds: 5 },
        timeServers: ["10.88.0.1"],
        // What hosts of the bed have is simulated, but for their clocks and their memory.
        acceptance: { skip: ["topology", "gpuHealth", "hbm", "h2d", "gemm", "nccl", "iperf3", "fio", "rdma"] },
        repositories: { kubernetes: { url: "file:/srv/kubernetes", suite: "./", trusted: true } },
        hosts: hosts.map(siteHost),
        cluster: {
            mode: "kubeadm",
            namespace: "inference",
            version: versions.first,
            packageRevision: "1.1",
            controlPlane: { virtualAddress, snapshotDirectory },
            network: { plugin: "bridge", encryption: "none", podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" },
            runtime: {
                cgroupDriver: "cgroupfs",
                cgroupV1: true,
                adjustOomScore: false,
                // The disk is that of the machine, and mostly full of other things.
                evictionHard: {
                    "memory.available": "50Mi",
                    "nodefs.available": "1Gi",
                    "imagefs.available": "500Mi",
                    "nodefs.inodesFree": "1%",
                },
                mirror: "10.88.0.1:5443",
                mirrorCaFile: join(bed, "registry", "ca.crt"),
            },
            imageDigests: digests(),
            // The kernel's configuration cannot be read here.
            ignorePreflightErrors: ["SystemVerification"],
            audit: { retentionDays: 180, collector: workers[1] },
        },
        images: {},
        models: [],
    };
}
