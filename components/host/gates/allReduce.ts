import type { Gpu, GpuAcceptance, RingPoint, RingTimes } from "../../../catalog";

/**
 * Share of a measured bus bandwidth that a gate asks for. Bandwidth of one host differs by 1 to 3 % from run to run;
 * one NVLink of 18 that is down, or one GPU whose clocks are held down, costs more than a tenth where it counts.
 */
export const ALL_REDUCE_FRACTION = 0.9;

/**
 * Time of one step of a ring beyond its bytes, µs, where only bandwidth is known: 72.8 µs for the 6 steps of four H200
 * GPUs, the part of 256 MiB and 1 GiB that does not grow with the size.
 */
const STEP_MICROSECONDS = 12.1;

/**
 * Largest size of an all-reduce on this GPU, bytes: 16 GiB, at which operators judge it, where three buffers of it fit.
 */
export const allReduceBytes = ({ memoryGB }: Pick<Gpu, "memoryGB">): number => (memoryGB >= 64 ? 16 : 1) * 2 ** 30;

/** What a ring is made of. */
export interface Ring {
    /** Bus bandwidth that large sizes come near to, GB/s. */
    readonly busGBps: number;
    /** Time of one step beyond its bytes. */
    readonly stepMicroseconds: number;
}

/** A bus bandwidth that an all-reduce must reach, and how it was found. */
export interface AllReduceGate {
    readonly busGBps: number;
    readonly source: string;
}

/** Bytes that pass each link in an all-reduce of `bytes` over `gpus`. */
const moved = (gpus: number, bytes: number): number => (2 * (gpus - 1) * bytes) / gpus;

/**
 * Bus bandwidth of a ring all-reduce, GB/s. A ring of n GPUs takes 2(n − 1) steps, and 2(n − 1)/n of the bytes pass
 * each link: bandwidth itself does not depend on n, what each step costs does.
 */
export function ringBusGBps({ busGBps, stepMicroseconds }: Ring, gpus: number, bytes: number): number {
    const microseconds = moved(gpus, bytes) / busGBps / 1e3 + 2 * (gpus - 1) * stepMicroseconds;
    return moved(gpus, bytes) / microseconds / 1e3;
}

/** What a ring is made of, by its times at two sizes. */
export function ringOfTimes({ gpus, points }: Pick<RingTimes, "gpus" | "points">): Ring {
    const [small, large] = [...points].sort((one, other) => one.bytes - other.bytes) as [RingPoint, RingPoint];
    const bytes = moved(gpus, large.bytes) - moved(gpus, small.bytes);
    const busGBps = bytes / (large.microseconds - small.microseconds) / 1e3;
    const fixed = small.microseconds - moved(gpus, small.bytes) / busGBps / 1e3;
    return { busGBps, stepMicroseconds: Math.max(0, fixed / (2 * (gpus - 1))) };
}

/**
 * Bus bandwidth with NVLink multicast for `gpus`, by that of `from`. The switch adds up: each GPU sends and receives
 * every byte once, however many there are. So it is the plain bandwidth (bytes by time) that stays, and bus bandwidth
 * goes with 2(n − 1)/n.
 */
export function multicastBusGBps(busGBps: number, from: number, gpus: number): number {
    return (busGBps * moved(gpus, 1)) / moved(from, 1);
}

/**
 * Bus bandwidth in a full mesh of links (xGMI): `gpus` of a mesh use only the links among themselves, n − 1 of each.
 */
export function meshBusGBps(busGBps: number, from: number, gpus: number): number {
    return (busGBps * (gpus - 1)) / (from - 1);
}

/**
 * What an all-reduce of `bytes` over `gpus` of one host must reach; undefined for one GPU, for more than are linked,
 * and where nothing is known of the chip. NCCL takes the faster of rings and multicast, and so does this.
 */
export function allReduceGate(
    gpu: Gpu,
    known: GpuAcceptance,
    asked: { readonly gpus: number; readonly bytes: number; readonly multicast: boolean },
): AllReduceGate | undefined {
    if (asked.gpus < 2 || asked.gpus > gpu.link.domainSize) {
        return undefined;
    }
    const ways = [rings(gpu, known, asked), asked.multicast ? multicast(known, asked.gpus) : undefined];
    return ways.reduce<AllReduceGate | undefined>(
        (best, way) => (way !== undefined && way.busGBps > (best?.busGBps ?? 0) ? way : best),
        undefined,
    );
}

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;

function multicast({ multicast: figure }: GpuAcceptance, gpus: number): AllReduceGate | undefined {
    if (figure === undefined) {
        return undefined;
    }
    const share = figure.kind === "gate" ? 1 : ALL_REDUCE_FRACTION;
    const own =
        figure.gpus === gpus ? "" : `, from ${figure.value} GB/s on ${figure.gpus} by 2(n − 1)/n with multicast`;
    return {
        busGBps: multicastBusGBps(figure.value, figure.gpus, gpus) * share,
        source: `${figure.source.where}${share === 1 ? "" : `, ${percent(share)}`}${own}`,
    };
}

function rings(
    gpu: Gpu,
    { ring, ringTimes }: GpuAcceptance,
    { gpus, bytes }: { readonly gpus: number; readonly bytes: number },
): AllReduceGate | undefined {
    if (ringTimes !== undefined) {
        const expected = ringBusGBps(ringOfTimes(ringTimes), gpus, bytes);
        const how = `${percent(ALL_REDUCE_FRACTION)} of ${expected.toFixed(0)} GB/s, by the ring times of ${ringTimes.gpus} GPUs`;
        return { busGBps: expected * ALL_REDUCE_FRACTION, source: `${ringTimes.source.where}: ${how}` };
    }
    if (ring === undefined) {
        return undefined;
    }
    const share = ring.kind === "gate" ? 1 : ALL_REDUCE_FRACTION;
    const expected =
        gpu.link.kind === "xGMI"
            ? meshBusGBps(ring.value, ring.gpus, gpus)
            : ringBusGBps(ringOfFigure(ring.value, ring.gpus, ring.bytes), gpus, bytes);
    const how = gpu.link.kind === "xGMI" ? "by links among them" : "by steps of a ring";
    const own = ring.gpus === gpus ? "" : `, from ${ring.value} GB/s on ${ring.gpus} ${how}`;
    return {
        busGBps: expected * share,
        source: `${ring.source.where}${share === 1 ? "" : `, ${percent(share)}`}${own}`,
    };
}

/** The ring that reaches this bandwidth at this size, with steps that cost what they do on H200. */
function ringOfFigure(value: number, gpus: number, bytes: number): Ring {
    const microseconds = moved(gpus, bytes) / value / 1e3 - 2 * (gpus - 1) * STEP_MICROSECONDS;
    return { busGBps: moved(gpus, bytes) / microseconds / 1e3, stepMicroseconds: STEP_MICROSECONDS };
}
