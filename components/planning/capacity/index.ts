export * from "./capacity";
export * from "./cost";
export type { NoFigures } from "./figures";
export * from "./operating-point";
export * from "./types";
