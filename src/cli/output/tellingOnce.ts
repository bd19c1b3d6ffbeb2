/** For work that begins anew, and loads its model again: a line about the model is told only where it was not told before. */
import type { ModelInfo, Notice } from "../../common/protocol.ts";
import { modelLine } from "../wording.ts";
import type { AskOutput, Preparation } from "./output.ts";

export function tellingOnce(output: AskOutput): Preparation & Pick<AskOutput, "loaded"> {
  const told = new Set<string>();
  const isNew = (line: string) => told.size < told.add(line).size;
  const notice = (notice: Notice) => {
    if (isNew(notice.message)) output.notice(notice);
  };
  return {
    downloadStarts: (model) => output.downloadStarts(model),
    download: (model, progress) => output.download(model, progress),
    verifying: (model, bytes) => output.verifying(model, bytes),
    loading: (id, progress) => output.loading(id, progress),
    notice,
    loaded: (model: ModelInfo) => {
      if (isNew(modelLine(model))) output.loaded({ ...model, notices: [] });
      for (const each of model.notices) notice(each);
    },
  };
}
