import type { ResourceHandler } from "../handler";

/** The same handler, which tells whenever something was changed for real, well or badly, before it answers. */
export function afterChange(handler: ResourceHandler, told: () => void): ResourceHandler {
    return {
        check: news => handler.check(news),
        diff: (...args) => handler.diff(...args),
        previewCreate: (...args) => handler.previewCreate(...args),
        create: (...args) => handler.create(...args).finally(told),
        read: (...args) => handler.read(...args),
        previewUpdate: async (call, olds, news) => (await handler.previewUpdate?.(call, olds, news)) ?? olds,
        update: (...args) => handler.update(...args).finally(told),
        delete: (...args) => handler.delete(...args).finally(told),
    };
}
