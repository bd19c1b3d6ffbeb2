/**
 * What the extension loads when it is first needed, as one bundle of its own (see esbuild.js): the engine's client,
 * the models, and calibration. Activation pays for neither.
 */
export { EngineSupervisor } from "../client/supervisor.ts";
export { calibrate, calibrationFiles, learntTemplates } from "../evaluation/calibration/calibrate.ts";
export { automaticBackend } from "../models/automaticBackend.ts";
export { discoverOthers } from "../models/discover.ts";
export { download } from "../models/download.ts";
export { machineMemory } from "../models/fit.ts";
export { calibrationFolder, engineFolder, sharedEnginePlace, thisUser } from "../models/folder.ts";
export { findLlamaServer, llamaServerHere, locateLlamaServer } from "../models/llamaServer/find.ts";
export { installLlamaServer } from "../models/llamaServer/install.ts";
export { recommend } from "../models/recommend.ts";
export { ModelStore } from "../models/store.ts";
