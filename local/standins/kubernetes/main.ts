import { serveProvider } from "../providerService";
import { KubernetesProvider } from "./provider";

const VERSION = "4.34.2";

void serveProvider(VERSION, host => new KubernetesProvider(host));
