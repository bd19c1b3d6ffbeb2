/**
 * Which model answers from now on, as the settings have it. Knows the editor only as what it is given, so that it can be
 * tested without one.
 */
import type { SettingKey, Settings } from "../../common/settings.ts";

export const noDraft = "none";

export interface UseModelServices {
  current: Pick<Settings, "backend" | "draftModel">;
  update<K extends SettingKey>(key: K, value: Settings[K]): Promise<void>;
  /** A server answers, with models of its own. @returns whether this one is to run here instead */
  askToRunHere(): Promise<boolean>;
}

/** @param id as the setting `model` takes it. Changes nothing where a server is to go on answering. */
export async function useModel(id: string, { current, update, askToRunHere }: UseModelServices): Promise<void> {
  const { backend, draftModel } = current;
  // The setting would be without effect.
  const serverAnswers = backend === "openai";
  if (serverAnswers && !(await askToRunHere())) return;
  // A model does not draft for itself.
  if (draftModel === id) await update("draftModel", noDraft);
  await update("model", id);
  if (serverAnswers) await update("backend", "auto");
}
