/** The colours of code of the theme that is on: found among the extensions' themes, read with all that it includes. */
import * as vscode from "vscode";
import type { CodeColors } from "../common/panel.ts";
import { parseJsonc } from "./jsonc.ts";
import { codeColors, customizedRules, type TokenRule } from "./tokenColors.ts";

/** Themes that include each other in a circle end here. */
const maxIncludes = 10;

interface ThemeContribution {
  id?: string;
  label: string;
  uiTheme: string;
  path: string;
}

interface Theme {
  /** As settings name it. */
  name: string;
  kind: vscode.ColorThemeKind | undefined;
  file: vscode.Uri;
}

interface ThemeFile {
  include?: unknown;
  tokenColors?: unknown;
}

const kinds: Readonly<Record<string, vscode.ColorThemeKind>> = {
  vs: vscode.ColorThemeKind.Light,
  "vs-dark": vscode.ColorThemeKind.Dark,
  "hc-black": vscode.ColorThemeKind.HighContrast,
  "hc-light": vscode.ColorThemeKind.HighContrastLight,
};

/** By the kind that is shown, where the editor follows the system. */
const preferences: Readonly<Record<vscode.ColorThemeKind, string>> = {
  [vscode.ColorThemeKind.Light]: "preferredLightColorTheme",
  [vscode.ColorThemeKind.Dark]: "preferredDarkColorTheme",
  [vscode.ColorThemeKind.HighContrast]: "preferredHighContrastColorTheme",
  [vscode.ColorThemeKind.HighContrastLight]: "preferredHighContrastLightColorTheme",
};

/** Settings that decide about the colours of code. Some change after the editor has told that its theme did. */
export const themeSettings = [
  "editor.tokenColorCustomizations",
  ...["colorTheme", ...Object.values(preferences)].map((name) => `workbench.${name}`),
];

/**
 * Empty where the theme can not be found, or has its rules in a file of another format.
 * @throws when a file of the theme can not be read
 */
export async function activeCodeColors(): Promise<CodeColors> {
  const theme = activeTheme();
  if (!theme) return {};
  const custom = vscode.workspace.getConfiguration("editor").get("tokenColorCustomizations");
  return codeColors([...(await rulesOf(theme.file, maxIncludes)), ...customizedRules(custom, theme.name)]);
}

/** Several settings may name the theme; the one that is on is of the kind that the editor shows. */
function activeTheme(): Theme | undefined {
  const { kind } = vscode.window.activeColorTheme;
  const workbench = vscode.workspace.getConfiguration("workbench");
  const automatic = vscode.workspace.getConfiguration("window").get("autoDetectColorScheme", false);
  const settings = automatic ? [preferences[kind], "colorTheme"] : ["colorTheme", preferences[kind]];
  const names = settings.map((setting) => workbench.get<string>(setting));
  const themes = contributedThemes().filter((theme) => theme.kind === kind);
  return names.map((name) => themes.find((theme) => theme.name === name)).find((theme) => theme !== undefined);
}

function contributedThemes(): Theme[] {
  return vscode.extensions.all.flatMap(({ extensionUri, packageJSON }) => {
    const { contributes } = packageJSON as { contributes?: { themes?: ThemeContribution[] } };
    return (contributes?.themes ?? []).map(({ id, label, uiTheme, path }) => ({
      name: id ?? label,
      kind: kinds[uiTheme],
      file: vscode.Uri.joinPath(extensionUri, path),
    }));
  });
}

/** Of the included theme first, so that the theme's own count. */
async function rulesOf(file: vscode.Uri, includes: number): Promise<TokenRule[]> {
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const { include, tokenColors } = parseJsonc(text) as ThemeFile;
  const folder = vscode.Uri.joinPath(file, "..");
  const included =
    typeof include === "string" && includes > 0
      ? await rulesOf(vscode.Uri.joinPath(folder, include), includes - 1)
      : [];
  return [...included, ...(Array.isArray(tokenColors) ? tokenColors : [])];
}
