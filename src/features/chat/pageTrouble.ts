/** A page of the chat that does not come to life, or in which something went wrong. */
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Log } from "../../host/log.ts";
import { showError } from "../../host/notify.ts";

/** `loads`: it is loaded anew; `gone`: that did not help; `failed`: its script did, as `detail` says. */
export type PageTrouble = { type: "loads" } | { type: "gone" } | { type: "failed"; detail: string };

export function tellTrouble(log: Log, trouble: PageTrouble): void {
  switch (trouble.type) {
    case "loads":
      log.write("warn", "the chat's page did not come up; it is loaded anew");
      return;
    case "failed":
      log.write("warn", `the chat's page: ${trouble.detail}`);
      return;
    case "gone": {
      const message = t("VS Code does not show the chat's page.");
      const hint = t("Reload the window; the conversations are kept.");
      showError(log, "show the chat", new HunchError("internal", message, { hint }), {
        title: t("Reload Window"),
        command: "workbench.action.reloadWindow",
      });
    }
  }
}
