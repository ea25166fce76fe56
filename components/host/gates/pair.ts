import { findGpu, gpuAcceptance, type GpuAcceptance } from "../../../catalog";
import type { CheckSpec } from "../../../provider/gates/check";
import { hostEnvironment } from "../../fabric/environment";
import type { Fabric, Site, SiteHost } from "../../site/site";
import { ALL_REDUCE_FRACTION, allReduceBytes, type AllReduceGate, ringOfTimes } from "./allReduce";
import type { AcceptanceOptions } from "./options";
import { atLeast, atMost, type Specs } from "./thresholds";

/** Line rate from which ports are taken to be of NICs that do RDMA in hardware. */
const HARDWARE_GBPS = 100;

/** Checks between a host and its peer. */
export function pairChecks(
    { fabric }: Pick<Site, "fabric">,
    host: SiteHost,
    peer: SiteHost,
    options: AcceptanceOptions,
): Specs {
    const iperf3 = { thresholds: { linePercent: atLeast(90, "%", "TCP on a network that carries nothing else") } };
    const rails = host.rails.length > 0 && peer.rails.length > 0 && fabric !== undefined && fabric.kind !== "ethernet";
    if (!rails) {
        return { iperf3 };
    }
    return { iperf3, rdma: rdma(host, fabric), ...ncclPair(host, peer, fabric, options) };
}

function rdma(host: SiteHost, { linkGbps }: Fabric): CheckSpec {
    const share = gpuAcceptance[host.gpu?.model ?? ""]?.rdmaLineFraction;
    const slowest = linkGbps >= HARDWARE_GBPS ? 20 : 2000;
    return {
        thresholds: {
            ports: atLeast(host.rails.length, "", "rails in the site file"),
            latencyMicroseconds: atMost(slowest, "µs", "RDMA in hardware takes microseconds; 2 ms at the very most"),
            ...(share === undefined ? {} : { writeGbps: atLeast(share.value * linkGbps, "Gb/s", share.source.where) }),
        },
        settings: { devices: host.rails },
    };
}

/** All-reduce over both hosts, where their GPUs are alike and of NVIDIA. */
function ncclPair(host: SiteHost, peer: SiteHost, fabric: Fabric, options: AcceptanceOptions): Specs {
    const { python, multicast = true } = options;
    const gpu = findGpu(host.gpu?.model ?? "");
    const alike = host.gpu?.model === peer.gpu?.model && host.gpu?.count === peer.gpu?.count;
    if (gpu?.vendor !== "NVIDIA" || host.gpu === undefined || !alike) {
        return {};
    }
    const environment = [
        ...Object.entries(hostEnvironment(fabric, host)).flatMap(([name, value]) =>
            name.startsWith("NCCL_") ? [`${name}=${value}`] : [],
        ),
        ...(multicast ? [] : ["NCCL_NVLS_ENABLE=0"]),
    ];
    const gate = pairGate(gpuAcceptance[gpu.name], host.rails.length, fabric.linkGbps);
    return {
        ncclPair: {
            thresholds: gate === undefined ? {} : { busGBps: atLeast(gate.busGBps, "GB/s", gate.source) },
            settings: {
                gpus: host.gpu.count,
                largestMiB: allReduceBytes(gpu) / 2 ** 20,
                environment,
                ...(python === undefined ? {} : { python }),
            },
        },
    };
}

/**
 * What an all-reduce over two hosts must reach: rings run through all GPUs of both, so that the slower of the rails
 * together and the links inside a host is the limit. Two hosts with 8 H100 and 8 ports of 400 Gb/s reach 340 to 370
 * GB/s (NVIDIA/aicr demos/cuj1-gke.md; NVIDIA/nccl-tests issue 290); over TCP it is about 14.
 */
export function pairGate(known: GpuAcceptance | undefined, rails: number, linkGbps: number): AllReduceGate | undefined {
    const share = known?.rdmaLineFraction;
    const inside = known?.ringTimes === undefined ? known?.ring?.value : ringOfTimes(known.ringTimes).busGBps;
    if (share === undefined || inside === undefined) {
        return undefined;
    }
    const outside = (rails * linkGbps * share.value) / 8;
    const words = outside < inside ? `${rails} rails of ${linkGbps} Gb/s` : "the links inside a host";
    return {
        busGBps: Math.min(inside, outside) * ALL_REDUCE_FRACTION,
        source: `${ALL_REDUCE_FRACTION * 100} % of what ${words} carry: ${share.source.where}`,
    };
}
