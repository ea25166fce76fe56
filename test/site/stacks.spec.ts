import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { gpuNames, modelNames } from "../../catalog";
import { schemaFile, schemaFileText } from "../../components/site/schema-json";
import { schemaAt, siteJsonSchema, type JsonSchema } from "../../components/site/stack-schema";
import type { Site } from "../../components/site/site";
import { checksum, keyOf, repositoryFile, siteOf } from "./fixture";

function stack(name: string): { readonly config: Readonly<Record<string, unknown>> } {
    return parse(repositoryFile(`Pulumi.${name}.yaml`)) as { readonly config: Readonly<Record<string, unknown>> };
}

function siteOfStack(name: string): Site {
    const readText = (path: string): string =>
        path.endsWith("known_hosts") ? `10.88.0.11 ${keyOf(1)}\n10.88.0.12 ${keyOf(2)}\n` : `${checksum}\n`;
    return siteOf(stack(name).config["seamount:site"], { gpuNames, modelNames, readText });
}

describe("stack files", () => {
    for (const name of ["local", "staging", "prod"]) {
        it(`${name} is a valid site, names its schema, and holds no secret`, () => {
            const text = repositoryFile(`Pulumi.${name}.yaml`);
            assert.equal(siteOfStack(name).environment, name === "prod" ? "production" : name);
            assert.ok(text.startsWith("# yaml-language-server: $schema=./components/site/site.schema.json\n"));
            assert.ok(!text.includes("PRIVATE KEY"));
        });
    }

    it("prod has 3 control-plane hosts, 16 × 8 × H200 in two racks with 8 rails of NDR, 6 storage hosts, 2 models", () => {
        const { hosts, fabric, models, compliance, driver, rollout, repositories } = siteOfStack("prod");
        const gpus = hosts.filter(host => host.role === "gpu");
        assert.equal(hosts.filter(host => host.role === "control-plane").length, 3);
        assert.equal(hosts.filter(host => host.role === "storage" && host.nvme.length > 0).length, 6);
        assert.deepEqual(
            gpus.map(host => host.address),
            Array.from({ length: 16 }, (_, index) => `10.20.0.${11 + index}`),
        );
        assert.deepEqual(
            ["a", "b"].map(rack => gpus.filter(host => host.rack === rack).length),
            [8, 8],
        );
        assert.ok(gpus.every(host => host.gpu?.model === "H200" && host.gpu.count === 8 && host.rails.length === 8));
        assert.deepEqual([fabric?.kind, fabric?.linkGbps, fabric?.rails], ["infiniband", 400, 8]);
        assert.deepEqual(
            models.map(model => model.model),
            ["deepseek-r1", "deepseek-r1-distill-qwen-32b"],
        );
        assert.ok(models.every(model => model.replicas >= 2 && model.image.includes("@sha256:")));
        assert.ok(compliance.length > 0);
        assert.deepEqual(
            [driver?.owner, rollout?.by, Object.keys(repositories ?? {})],
            ["host", "count", ["kubernetes", "nvidia"]],
        );
        assert.deepEqual(fabric?.infiniband?.managers, ["storage-1", "storage-2"]);
        assert.ok(gpus.every(host => host.node === host.name && host.interfaces?.length === 8));
    });

    it("staging and prod are built by kubeadm on three hosts behind a virtual address", () => {
        for (const name of ["staging", "prod"]) {
            const { cluster, hosts } = siteOfStack(name);
            assert.deepEqual(cluster.kubeadm?.controlPlane, ["control-1", "control-2", "control-3"]);
            assert.equal(cluster.kubeadm.endpoint, `${cluster.kubeadm.virtualAddress}:6443`);
            assert.equal(cluster.kubeadm.protect, name === "prod");
            assert.ok(hosts.every(host => (host.node === undefined) === (host.role === "storage")));
        }
        assert.equal(siteOfStack("local").cluster.kubeadm, undefined);
    });

    it("host keys of examples are all different", () => {
        for (const name of ["staging", "prod"]) {
            const { hosts, access } = siteOfStack(name);
            const keys = [access.jumpHostKey, ...hosts.map(host => host.hostKey)];
            assert.equal(new Set(keys).size, keys.length);
        }
    });
});

describe("the schema for editors", () => {
    it("is up to date; make it with: npx tsx components/site/schema-json.ts", () => {
        assert.equal(readFileSync(schemaFile, "utf8"), schemaFileText({ gpuNames, modelNames }));
    });

    it("explains every field", () => {
        const silent: string[] = [];
        const visit = (schema: JsonSchema, path: string): void => {
            for (const [name, field] of Object.entries(schema.properties ?? {})) {
                if (typeof field.description !== "string" || field.description.length < 10) {
                    silent.push(`${path}.${name}`);
                }
                visit(field, `${path}.${name}`);
            }
            if (schema.items !== undefined) {
                visit(schema.items, `${path}[]`);
            }
        };
        visit(siteJsonSchema(), "site");
        assert.deepEqual(silent, []);
    });

    it("knows defaults, limits, what is required, and names of the catalogue", () => {
        const schema = siteJsonSchema({ gpuNames, modelNames });
        assert.equal(schemaAt(schema, ["access", "port"])?.default, 22);
        assert.equal(schemaAt(schema, ["models", 0, "endpoint", "port"])?.maximum, 65535);
        assert.deepEqual(schemaAt(schema, ["hosts", 3])?.required, ["name", "address", "role"]);
        assert.deepEqual(schemaAt(schema, ["hosts", 3, "gpu", "model"])?.enum, gpuNames);
        assert.deepEqual(schemaAt(schema, ["models", 0, "model"])?.enum, modelNames);
        assert.equal(schemaAt(schema, ["hosts", 3, "nonsense"]), undefined);
    });
});
