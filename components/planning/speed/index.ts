export { acceptedTokens } from "./calibration";
export { curve, type Floor, floorOf, performance, speedKnown } from "./performance";
export type { Load, Performance, Replica, StepSeconds } from "./types";
