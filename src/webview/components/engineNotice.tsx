import { t } from "../../common/l10n.ts";
import type { EngineHealth } from "../../common/panel.ts";
import { errorActions } from "./actions.ts";
import { ErrorCard } from "./errorCard.tsx";
import { Icon } from "./icons.tsx";

interface EngineNoticeProps {
  engine: EngineHealth;
  modelId: string;
  /** The last turn shows an error of its own; the engine's would only repeat it. */
  turnFailed: boolean;
}

/** Says above the input when the engine is not well; silent while it works. */
export function EngineNotice({ engine, modelId, turnFailed }: EngineNoticeProps) {
  switch (engine.state) {
    case "off":
    case "starting":
    case "waiting":
    case "loading":
    case "ready":
    case "busy":
      return null;
    case "restarting":
      return (
        <p class="notice engine-notice" role="status">
          <Icon name="refresh" />
          <span>{t("Restarting the engine, attempt {0}: {1}", engine.attempt, engine.reason)}</span>
        </p>
      );
    case "failed":
      if (turnFailed) return null;
      return (
        <div class="engine-notice" role="alert">
          <ErrorCard error={engine.error} actions={errorActions(engine.error.code, modelId)} />
        </div>
      );
  }
}
