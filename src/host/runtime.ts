/**
 * What the extension loads when it is first needed, as one bundle of its own (see esbuild.js): the engine's client and
 * the models. Activation pays for neither.
 */
export { EngineSupervisor } from "../client/supervisor.ts";
export { discoverModels } from "../models/discover.ts";
export { download } from "../models/download.ts";
export { isPath, ModelStore } from "../models/store.ts";
