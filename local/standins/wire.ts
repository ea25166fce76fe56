import * as grpc from "@grpc/grpc-js";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Change } from "./diff";
import { DiffResult, NotReady, Subject } from "./provider";
import { Properties } from "./values";

/** A property bag from its message. */
export function bag(struct: Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

/** The message of a property bag. */
export function message(properties: Properties): Struct {
    return Struct.fromJavaScript(properties);
}

/** What every request says about its resource. */
export function subject(request: { getUrn(): string; getType(): string; getName(): string }): Subject {
    const urn = request.getUrn();
    const [, , types = ""] = urn.split("::");
    return {
        urn,
        type: request.getType() || types.slice(types.lastIndexOf("$") + 1),
        name: request.getName() || urn.slice(urn.lastIndexOf("::") + 2),
    };
}

const KINDS: Readonly<Record<Change["kind"], readonly [pb.PropertyDiff.Kind, pb.PropertyDiff.Kind]>> = {
    add: [pb.PropertyDiff.Kind.ADD, pb.PropertyDiff.Kind.ADD_REPLACE],
    delete: [pb.PropertyDiff.Kind.DELETE, pb.PropertyDiff.Kind.DELETE_REPLACE],
    update: [pb.PropertyDiff.Kind.UPDATE, pb.PropertyDiff.Kind.UPDATE_REPLACE],
};

/** The message of a comparison, with each changed property. */
export function diffResponse({ changes, deleteBeforeReplace = false }: DiffResult): pb.DiffResponse {
    const response = new pb.DiffResponse();
    const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
    response.setChanges(changes.size > 0 ? DIFF_SOME : DIFF_NONE);
    response.setHasdetaileddiff(true);
    response.setDeletebeforereplace(deleteBeforeReplace);
    for (const [path, { kind, replace }] of changes) {
        const detail = new pb.PropertyDiff();
        detail.setKind(KINDS[kind][replace ? 1 : 0]);
        // The engine then takes both values from the inputs, which is what the user wrote.
        detail.setInputdiff(true);
        response.getDetaileddiffMap().set(path, detail);
        const top = path.split(/[.[]/)[0] ?? path;
        response.addDiffs(top);
        if (replace) {
            response.addReplaces(path);
        }
    }
    return response;
}

/** The failure of a resource that exists but is not ready, with the state to record; undefined for other errors. */
export function initFailure(error: unknown): Partial<grpc.ServiceError> | undefined {
    if (!(error instanceof NotReady)) {
        return undefined;
    }
    const detail = new pb.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(message(error.state));
    detail.setReasonsList([...error.reasons]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(packed);
    const metadata = new grpc.Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, message: error.message, details: error.message, metadata };
}
