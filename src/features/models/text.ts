/** Words for a download and for a model's size. Pure. */
import type { DownloadState, ModelChoice } from "../../common/panel.ts";
import type { DiscoveredModel } from "../../models/discover.ts";
import { formatBytes, formatSeconds } from "../../models/units.ts";

/** "320 MB of 1.12 GB, 12.5 MB/s, 1 min left". */
export function downloadText(state: DownloadState & { state: "running" }): string {
  const got = `${formatBytes(state.receivedBytes)} of ${formatBytes(state.totalBytes)}`;
  switch (state.phase) {
    case "waiting":
      return "waiting for another window that is downloading it";
    case "connecting":
      return state.source === "" ? "connecting" : `connecting to ${state.source}`;
    case "downloading": {
      const left = state.secondsLeft === null ? "" : `, ${formatSeconds(state.secondsLeft)} left`;
      return `${got}, ${formatBytes(state.bytesPerSecond)}/s${left}`;
    }
    case "joining":
      return "joining the parts";
    case "verifying":
      return "checking that it is the publisher's file";
    case "done":
      return got;
  }
}

/** "1.12 GB · Apache-2.0". */
export function choiceText(choice: ModelChoice): string {
  return [formatBytes(choice.sizeBytes), choice.licence].filter((part) => part !== "").join(" · ");
}

/** "4.68 GB · Q4_K_M · LM Studio". */
export function discoveredText(model: DiscoveredModel): string {
  return [formatBytes(model.sizeBytes), model.quantization ?? "", model.foundIn]
    .filter((part) => part !== "")
    .join(" · ");
}
