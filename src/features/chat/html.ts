/**
 * The page around the panel. Scripts run only with this page's nonce, styles and fonts come only from the extension,
 * and nothing is fetched from anywhere: an answer can not load an image or run anything.
 */
import type { Localisation } from "../../common/l10n.ts";

export interface PanelPage {
  /** The origin of the extension's own files in the webview. */
  cspSource: string;
  scriptUri: string;
  styleUri: string;
  nonce: string;
  localisation: Localisation;
}

export function panelHtml(page: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `font-src ${page.cspSource}`,
    `img-src ${page.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(page.localisation.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeAttribute(page.styleUri)}">
<title>Hunch</title>
</head>
<body>
<div id="root"></div>
<script type="application/json" id="localisation">${escapeScript(JSON.stringify(page.localisation))}</script>
<script nonce="${page.nonce}" src="${escapeAttribute(page.scriptUri)}"></script>
</body>
</html>`;
}

/** Data in a script element ends where a "<" would begin a tag. */
function escapeScript(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
