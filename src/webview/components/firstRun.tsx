/** What a newcomer sees: no model is there yet, so one is offered, with its size and licence, and fetched from here. */
import { t } from "../../common/l10n.ts";
import type { DownloadState } from "../../common/panel.ts";
import { bytes, clock } from "../format.ts";
import { usePanel } from "../panelContext.ts";
import type { Chrome } from "../store.ts";
import { downloadPhaseLabel } from "../wording.ts";
import { errorActions } from "./actions.ts";
import { ErrorCard } from "./errorCard.tsx";
import { Icon } from "./icons.tsx";
import { Meter } from "./meter.tsx";

export function FirstRun({ chrome }: { chrome: Chrome }) {
  const { download, model, models } = chrome;
  const offered = models.find((choice) => choice.id === model.id);
  return (
    <section class="first-run" aria-labelledby="first-run-title">
      <h2 id="first-run-title">{t("A reasoning assistant on your own machine")}</h2>
      <p>
        {t(
          "Hunch thinks about your code with a model that runs here. It is fetched once; after that nothing you ask leaves this machine.",
        )}
      </p>
      <div class="model-card">
        <p class="model-name">{model.name}</p>
        {offered && (
          <p class="model-facts">
            {bytes(offered.sizeBytes)}
            {offered.licence && ` · ${t("licence {0}", offered.licence)}`}
          </p>
        )}
        <DownloadControl download={download} modelId={model.id} />
      </div>
    </section>
  );
}

function DownloadControl({ download, modelId }: { download: DownloadState; modelId: string }) {
  const { post } = usePanel();
  switch (download.state) {
    case "none":
      return (
        <div class="action-row">
          <button type="button" class="button" onClick={() => post({ type: "download", modelId })}>
            <Icon name="download" />
            {t("Download")}
          </button>
          <button type="button" class="button button-secondary" onClick={() => post({ type: "selectModel" })}>
            {t("Choose another model")}
          </button>
        </div>
      );
    case "running":
      return <DownloadProgress download={download} />;
    case "failed":
      return <ErrorCard error={download.error} actions={errorActions(download.error.code, download.modelId)} />;
  }
}

export function DownloadProgress({ download }: { download: Extract<DownloadState, { state: "running" }> }) {
  const { post } = usePanel();
  const known = download.totalBytes > 0 && (download.phase === "downloading" || download.phase === "verifying");
  const facts = progressFacts(download);
  const phase = downloadPhaseLabel(download.phase);
  return (
    <div class="download">
      <p>
        {phase} {download.modelName}
      </p>
      <Meter
        ratio={known ? download.receivedBytes / download.totalBytes : null}
        label={`${phase} ${download.modelName}`}
        text={facts.join(", ") || phase}
      />
      <p class="model-facts">{facts.join(" · ")}</p>
      <div class="action-row">
        <button type="button" class="button button-secondary" onClick={() => post({ type: "cancelDownload" })}>
          {t("Cancel")}
        </button>
        <span class="model-facts">{t("What has arrived is kept.")}</span>
      </div>
    </div>
  );
}

function progressFacts(download: Extract<DownloadState, { state: "running" }>): string[] {
  const facts: string[] = [];
  if (download.totalBytes > 0) facts.push(t("{0} of {1}", bytes(download.receivedBytes), bytes(download.totalBytes)));
  if (download.phase === "downloading" && download.bytesPerSecond > 0)
    facts.push(`${bytes(download.bytesPerSecond)}/s`);
  if (download.secondsLeft !== null) facts.push(t("{0} left", clock(download.secondsLeft * 1000)));
  if (download.source) facts.push(t("from {0}", download.source));
  return facts;
}
