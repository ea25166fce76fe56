import * as pulumi from "@pulumi/pulumi";
import { ManagedHost } from "../../components/host/host";
import type { Access, SiteHost } from "../../components/site/site";

const config = new pulumi.Config();
const access = config.requireObject<Access>("access");
const timeServers = config.requireObject<string[]>("timeServers");

config
    .requireObject<SiteHost[]>("hosts")
    .forEach(host => new ManagedHost(host.name, { host, access, site: { timeServers } }));
