import * as pulumi from "@pulumi/pulumi";
import { Host, type HostConnection } from "../../provider";
import { items } from "../items";

new pulumi.Config()
    .requireObject<HostConnection[]>("hosts")
    .forEach(connection => new Host(connection.name ?? connection.address, { connection, ...items }));
