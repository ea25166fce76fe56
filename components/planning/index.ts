export { type Alternative, alternatives } from "./alternatives";
export { describePlan } from "./describe";
export { fit } from "./fit";
export { sitePicture } from "./picture";
export type { Fit, ModelPlan, Refusal, ServingPlan, SitePlan } from "./plan";
export type { FitRequest } from "./request";
export { planned, planSite, type ServiceRefusal, type SitePlanning } from "./site-plan";
