/** Asks for the key of the server that the settings name, and keeps it. */

import * as vscode from "vscode";
import { splitEndpoints } from "../../common/endpoints.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInput } from "../../host/messages.ts";
import { ServerKeys } from "../../host/serverKeys.ts";

export async function setServerKey(ctx: Ctx): Promise<void> {
  const endpoints = splitEndpoints(ctx.settings.current.endpoint).filter((address) => URL.canParse(address));
  if (endpoints.length === 0)
    throw new HunchError("usage", t("The settings name no server that could have a key."), {
      hint: t("Set hunch.endpoint to its address first, like http://127.0.0.1:8000."),
    });
  const placeHolder = t("The server whose key is to be set");
  const endpoint =
    endpoints.length === 1 ? endpoints[0] : await vscode.window.showQuickPick(endpoints, { placeHolder });
  if (endpoint === undefined) return;
  const { origin } = new URL(endpoint);
  const key = await showInput({
    title: t("Hunch: Set Server Key"),
    prompt: t("Key of {0}, sent to that server only. Empty removes the one that is kept.", origin),
    password: true,
    ignoreFocusOut: true,
  });
  if (key !== undefined) await new ServerKeys(ctx.extension.secrets).set(endpoint, key.trim());
}
