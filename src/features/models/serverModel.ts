/**
 * The model of a server: which of those that it lists, or a name where it lists none. Knows the editor only as what it is
 * given, so that it can be tested without one.
 */
import { t } from "../../common/l10n.ts";

export interface ServerModelItem {
  label: string;
  description?: string;
  model: string;
}

export interface ServerModelServices {
  /** Setting `serverModel`; "" takes the server's first. */
  current: string;
  /** Asks the server. @throws HunchError */
  list(): Promise<string[]>;
  /** null when nothing was chosen. */
  pick(items: ServerModelItem[]): Promise<string | null>;
  /** Asks the user for a name; null when none was given. */
  name(current: string): Promise<string | null>;
  update(model: string): Promise<void>;
}

export async function selectServerModel({ current, list, pick, name, update }: ServerModelServices): Promise<void> {
  const models = await list();
  const model = models.length > 0 ? await pick(serverModelItems(models, current)) : await name(current);
  if (model !== null) await update(model);
}

/** In the server's order; the one that answers now is marked. */
export function serverModelItems(models: readonly string[], current: string): ServerModelItem[] {
  return models.map((model, i) => ({
    label: (current === "" ? i === 0 : model === current) ? `$(check) ${model}` : model,
    ...(i === 0 ? { description: t("the server's first") } : {}),
    model,
  }));
}
