/** The manifest and the tables in src/common say the same: settings, commands, ids of views and menus. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type ContextKeys,
  chatEditorId,
  chatViewId,
  commandIds,
  commentControllerId,
  editorMenuId,
  languageModelVendor,
  modelCommandIds,
  modelsViewId,
  participantId,
  proposalScheme,
  threadCommandIds,
  viewContainerId,
  walkthroughId,
} from "../../../src/common/commands.ts";
import { type SettingType, settingDefinitions, settingKeys } from "../../../src/common/settings.ts";
import { slashCommands } from "../../../src/common/slashCommands.ts";
import { catalogue, defaultModelId } from "../../../src/models/catalogue.ts";

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
const words: Record<string, string> = JSON.parse(read("package.nls.json"));
/** With its words in place, as VS Code in English shows it. */
const manifest = JSON.parse(read("package.json"), (_key, value) =>
  typeof value === "string" ? (words[/^%(.+)%$/.exec(value)?.[1] ?? ""] ?? value) : value,
);
const { contributes } = manifest;
const properties: Record<string, Record<string, unknown>> = contributes.configuration.properties;
const declared: string[] = contributes.commands.map((entry: { command: string }) => entry.command);
const rowIds: readonly string[] = [...threadCommandIds, ...modelCommandIds];

interface MenuEntry {
  command?: string;
  submenu?: string;
  when?: string;
}
const menuEntries: MenuEntry[] = Object.values(contributes.menus as Record<string, MenuEntry[]>).flat();
const keybindings: { command: string; key: string; mac?: string; when?: string }[] = contributes.keybindings;

/** JSON schema of a setting as the manifest has to write it. */
function schemaOf(type: SettingType): Record<string, unknown> {
  switch (type.kind) {
    case "text":
    case "model":
      return { type: "string" };
    case "flag":
      return { type: "boolean" };
    case "choice":
      return { type: "string", enum: type.values };
    case "number": {
      const name = type.integer ? "integer" : "number";
      return { type: type.nullable ? [name, "null"] : name, minimum: type.minimum, maximum: type.maximum };
    }
  }
}

describe("settings", () => {
  it("are the same in the manifest and in the code", () => {
    expect(Object.keys(properties).sort()).toEqual(settingKeys.map((key) => `hunch.${key}`).sort());
  });

  it.each(settingKeys)("%s has the type, limits, default and scope of the code", (key) => {
    const { type, default: fallback, scope } = settingDefinitions[key];
    expect(properties[`hunch.${key}`]).toMatchObject({ ...schemaOf(type), default: fallback, scope });
  });

  it.each(settingKeys)("%s is described", (key) => {
    const { description, markdownDescription } = properties[`hunch.${key}`] ?? {};
    expect(String(description ?? markdownDescription)).toMatch(/\.$/);
  });

  it("choices are described one by one, or not at all", () => {
    for (const [key, property] of Object.entries(properties)) {
      if (Array.isArray(property.enumDescriptions))
        expect([key, property.enumDescriptions.length]).toEqual([key, (property.enum as string[]).length]);
    }
  });

  it("that name models, programs or the machine can not be set by a workspace", () => {
    for (const key of [
      "model",
      "draftModel",
      "modelsFolder",
      "gpu",
      "threads",
      "backend",
      "endpoint",
      "serverModel",
      "llamaServer.path",
    ] as const)
      expect([key, settingDefinitions[key].scope]).toEqual([key, "machine"]);
  });

  it("of the hardware do not go to other machines, but a workspace may have its own", () => {
    for (const key of ["contextSize", "kvCacheType"] as const)
      expect([key, settingDefinitions[key].scope]).toEqual([key, "machine-overridable"]);
  });

  it("have the catalogue's own default model", () => {
    expect(settingDefinitions.model.default).toBe(defaultModelId);
    expect(catalogue.map((model) => model.id)).toContain(defaultModelId);
  });
});

describe("commands", () => {
  it("are the same in the manifest and in the code", () => {
    expect([...declared].sort()).toEqual([...commandIds, ...rowIds].sort());
  });

  it("have a title and the category", () => {
    for (const { title, category } of contributes.commands) expect([title !== "", category]).toEqual([true, "Hunch"]);
  });

  it("in menus and keybindings exist", () => {
    const used = menuEntries.filter((entry) => entry.submenu === undefined);
    for (const { command } of [...used, ...keybindings]) expect(declared).toContain(command);
  });

  it("submenus of menus exist, and have a menu", () => {
    const submenus: string[] = contributes.submenus.map((submenu: { id: string }) => submenu.id);
    expect(submenus).toEqual([editorMenuId]);
    const used = menuEntries.flatMap(({ submenu }) => submenu ?? []);
    expect([...new Set(used)].sort()).toEqual([...submenus].sort());
    for (const id of submenus) expect(contributes.menus[id].length).toBeGreaterThan(0);
  });

  it("when clauses know no context key of ours that nobody sets", () => {
    const known: Record<keyof ContextKeys, true> = {
      "hunch.running": true,
      "hunch.thinking": true,
      "hunch.hasModel": true,
      "hunch.hasAsked": true,
    };
    const ids = [chatViewId, modelsViewId, chatEditorId, commentControllerId, viewContainerId];
    const clauses = [...menuEntries, ...keybindings].flatMap(({ when }) => when ?? []);
    const enablements: string[] = contributes.commands.flatMap(
      (entry: { enablement?: string }) => entry.enablement ?? [],
    );
    for (const key of [...clauses, ...enablements].join(" ").match(/\bhunch[.\w]*/g) ?? [])
      expect(key === proposalScheme.split("-")[0] || ids.includes(key) || key in known, key).toBe(true);
  });

  it("no two keybindings are the same", () => {
    const keys = keybindings.map(({ key, when = "" }) => `${key} ${when}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("keys with Ctrl have Cmd on a Mac, but for Ctrl+Alt+H: Cmd+Alt+H hides other programs there", () => {
    for (const { key, mac } of keybindings)
      if (key.startsWith("ctrl+alt+h")) expect(mac, key).toBeUndefined();
      else expect(mac, key).toBe(key.replace("ctrl", "cmd"));
  });

  it("keys are left to the terminal where it has the focus", () => {
    for (const { key, when } of keybindings) expect(when, key).toMatch(/\beditorTextFocus\b|!terminalFocus\b/);
  });

  it("every key is in the README", () => {
    const readme = read("README.md");
    for (const { key } of keybindings) {
      const [first = "", second = ""] = key.split(" ").map((chord) => chord.replace(/\b\w/g, (c) => c.toUpperCase()));
      const written =
        first === "Ctrl+Alt+H" ? new RegExp(`[:,]\\s${second} [a-z]`) : `${first}${second && ` ${second}`}`;
      expect(readme, key).toMatch(written);
    }
  });

  it("every command that people use is in the README", () => {
    const readme = read("README.md");
    const inReadme = (title: string) => readme.includes(title.replace("…", ""));
    const used = contributes.commands.filter(({ command }: { command: string }) => !rowIds.includes(command));
    for (const { title } of used) expect([title, inReadme(title)]).toEqual([title, true]);
  });

  it("of a thread or a row are not in the palette", () => {
    const hidden = contributes.menus.commandPalette.filter((entry: { when: string }) => entry.when === "false");
    expect(hidden.map((entry: { command: string }) => entry.command).sort()).toEqual([...rowIds].sort());
  });

  it("of a row of the models are in its menu, by the word that says so", () => {
    const menu: MenuEntry[] = contributes.menus["view/item/context"];
    const rowCommands = modelCommandIds.filter((id) => id !== "hunch.models.refresh");
    expect([...new Set(menu.map(({ command }) => command))].sort()).toEqual([...rowCommands].sort());
    for (const { command, when } of menu)
      expect(when).toBe(`view == ${modelsViewId} && viewItem =~ /\\b${command?.split(".").at(-1)}\\b/`);
  });

  it("that act on a thread are bound to our comment controller", () => {
    const menus = [
      ...contributes.menus["comments/commentThread/title"],
      ...contributes.menus["comments/commentThread/context"],
    ];
    for (const { when } of menus) expect(when).toContain(`commentController == ${commentControllerId}`);
  });

  it("takes no reply from an empty form", () => {
    const reply = contributes.commands.find(({ command }: { command: string }) => command === "hunch.thread.reply");
    expect(reply.enablement).toBe("!commentIsEmpty");
  });
});

it("the participant and the model provider are those of the code", () => {
  expect(contributes.languageModelChatProviders.map(({ vendor }: { vendor: string }) => vendor)).toEqual([
    languageModelVendor,
  ]);
  const [participant, ...others] = contributes.chatParticipants;
  expect(others).toEqual([]);
  expect(participant.id).toBe(participantId);
  expect(participant.commands.map(({ name }: { name: string }) => name)).toEqual(slashCommands);
});

it("the view of the chat is where the code looks for it", () => {
  expect(contributes.viewsContainers.activitybar[0].id).toBe(viewContainerId);
  expect(contributes.views[viewContainerId][0].id).toBe(chatViewId);
});

it("the models' view is in the same place and hidden at first; the walkthrough's buttons are commands", () => {
  expect(contributes.views[viewContainerId][1]).toMatchObject({ id: modelsViewId, visibility: "hidden" });
  const [walkthrough] = contributes.walkthroughs;
  expect(walkthrough.id).toBe(walkthroughId);
  for (const { description, media } of walkthrough.steps) {
    const buttons = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id ?? "");
    expect(buttons.length).toBeGreaterThan(0);
    for (const id of buttons) expect([...declared, `${chatViewId}.focus`]).toContain(id);
    expect(existsSync(new URL(`../../../${media.svg ?? media.image}`, import.meta.url))).toBe(true);
  }
});

it("the walkthrough's sample is explained wherever the model runs, on a server too", () => {
  for (const name of ["package.nls.json", "package.nls.de.json"])
    expect(JSON.parse(read(name))["walkthrough.tryIt.description"], name).not.toMatch(/machine|Rechner/);
});

it("steps of the walkthrough are done by commands that exist, or by what no other step brings about", () => {
  const [walkthrough] = contributes.walkthroughs;
  const events: string[] = walkthrough.steps.flatMap((step: { completionEvents: string[] }) => step.completionEvents);
  const commands = events.filter((event) => event.startsWith("onCommand:")).map((event) => event.split(":")[1]);
  for (const id of commands) expect(declared).toContain(id);
  // A model that runs, or a command that asks about code, is not enough: the sample runs it too, and who is asked for a
  // question may give it up.
  const keys: (keyof ContextKeys)[] = ["hunch.hasModel", "hunch.hasAsked"];
  expect(events.filter((event) => event.startsWith("onContext:"))).toEqual(keys.map((key) => `onContext:${key}`));
});

it("the extension waits until the editor has started: lightbulbs, lenses and hovers are there before its first use", () => {
  expect(manifest.activationEvents).toEqual([`onWebviewPanel:${chatEditorId}`, "onStartupFinished"]);
});
