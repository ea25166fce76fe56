import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

// Levels are of the environment: local.json, staging.json and prod.json beside this file.
new PolicyPack("seamount", { enforcementLevel: "advisory", policies: rules });
