/** Words for a download, for a load and for a model's size. Pure. */
import { t } from "../../common/l10n.ts";
import type { DownloadState, ModelChoice } from "../../common/panel.ts";
import type { DiscoveredModel } from "../../models/discover.ts";
import type { InstallProgress } from "../../models/llamaServer/install.ts";
import { formatBytes, formatSeconds } from "../../models/units.ts";

/** "320 MB of 1.12 GB, 12.5 MB/s, 1 min left". */
export function downloadText(state: DownloadState & { state: "running" }): string {
  const got = t("{0} of {1}", formatBytes(state.receivedBytes), formatBytes(state.totalBytes));
  switch (state.phase) {
    case "waiting":
      return t("waiting for another window that is downloading it");
    case "connecting":
      return state.source === "" ? t("connecting") : t("connecting to {0}", state.source);
    case "downloading": {
      const left = state.secondsLeft === null ? "" : `, ${t("{0} left", formatSeconds(state.secondsLeft))}`;
      return `${got}, ${formatBytes(state.bytesPerSecond)}/s${left}`;
    }
    case "joining":
      return t("joining the parts");
    case "verifying":
      return t("checking that it is the publisher's file");
    case "done":
      return got;
  }
}

/** "building, which takes minutes, 12 %". */
export function installText({ step, ratio }: InstallProgress): string {
  return ratio === null ? stepText(step) : `${stepText(step)}, ${Math.floor(100 * ratio)} %`;
}

function stepText(step: InstallProgress["step"]): string {
  switch (step) {
    case "waiting":
      return t("waiting for another window that is building it");
    case "downloading":
      return t("downloading its source");
    case "verifying":
      return t("checking its SHA-256");
    case "unpacking":
      return t("unpacking");
    case "configuring":
      return t("looking at this machine's compiler");
    case "building":
      return t("building, which takes minutes");
  }
}

/** "1.12 GB · Apache-2.0". */
export function choiceText(choice: ModelChoice): string {
  return [formatBytes(choice.sizeBytes), choice.licence].filter((part) => part !== "").join(" · ");
}

/** The program whose file it is; empty for the user's own file in Hunch's folder. */
export function ownerOf({ foundIn }: DiscoveredModel): string {
  return foundIn === "Hunch" ? "" : foundIn;
}

/** "4.68 GB · Q4_K_M · LM Studio". */
export function discoveredText(model: DiscoveredModel): string {
  return [formatBytes(model.sizeBytes), model.quantization ?? "", ownerOf(model)]
    .filter((part) => part !== "")
    .join(" · ");
}

/** How far what has to be loaded first is. @param part 0..1; null while the load waits for its turn */
export function loadingText(part: number | null): string {
  return part === null ? t("waiting for another question") : t("loading the model, {0} %", Math.round(100 * part));
}
