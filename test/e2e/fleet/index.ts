import * as pulumi from "@pulumi/pulumi";
import { Host, type HostArgs, Metal, type MetalArgs, Rollout } from "../../../provider";

const config = new pulumi.Config();
const rollout = config.getObject<MetalArgs["rollout"]>("rollout");
const kubeconfig = config.getSecret("kubeconfig");
const provider =
    rollout === undefined
        ? undefined
        : new Metal("metal", { rollout, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
const options = provider === undefined ? {} : { provider };
const hosts = Object.entries(config.requireObject<Record<string, HostArgs>>("hosts"));
const made = hosts.map(([name, args]) => new Host(name, args, options));
new Rollout("rollout", { hosts: hosts.map(([name]) => name) }, { ...options, dependsOn: made });
