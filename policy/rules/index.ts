import type { Policies } from "@pulumi/policy";
import { exposureEncrypted } from "./exposureEncrypted";
import { hostKeyRequired } from "./hostKeyRequired";
import { imagesPinned } from "./imagesPinned";
import { podsRestricted } from "./podsRestricted";
import { productionReplicas } from "./productionReplicas";

/** Every rule of the pack. */
export const rules: Policies = [imagesPinned, podsRestricted, exposureEncrypted, hostKeyRequired, productionReplicas];
