/** Program of the other process: downloads what its argument says and reports to its parent. */
import { toErrorData } from "../../../../src/common/errors.ts";
import { download } from "../../../../src/models/download.ts";
import { defaultTimings, HttpSource } from "../../../../src/models/sources/http.ts";
import { ModelStore } from "../../../../src/models/store.ts";
import type { Job } from "./otherProcess.ts";

const { model, folder, url } = JSON.parse(process.argv[2]!) as Job;
const store = new ModelStore({ folder, models: [model] });
const result = await download(model, store, {
  sources: [new HttpSource(url, { ...defaultTimings, retryMs: 1 })],
  onProgress: (progress) => process.send!({ progress }),
}).catch((error: unknown) => toErrorData(error).code);
process.send!({ result }, () => process.disconnect());
