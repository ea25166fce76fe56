import * as pulumi from "@pulumi/pulumi";
import { Gate, type GateArgs, Metal } from "../../../provider";

const config = new pulumi.Config();
const provider = new Metal("metal", { kubeconfigFile: config.require("kubeconfig") });

new Gate("gate", config.requireObject<GateArgs>("gate"), { provider });
