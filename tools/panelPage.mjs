/**
 * The panel's dev page: every state in every theme, in any browser, without VS Code. Reload to see a change.
 * usage: node tools/panelPage.mjs [PORT]   (prints the address; Ctrl-C ends it)
 */

import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { buildScenes, builtFolder, readLocalisation, readTheme, themeNames } from "../test/webview/browser.mjs";

const contentTypes = { ".js": "text/javascript", ".css": "text/css" };

function list(scenes) {
  const links = Object.keys(scenes).map((scene) => {
    const themes = themeNames.map((theme) => `<a href="/scene?name=${scene}&theme=${theme}">${theme}</a>`);
    return `<li>${scene}: ${themes.join(" · ")}</li>`;
  });
  return `<!DOCTYPE html><title>Hunch panel</title><ul>${links.join("")}</ul>`;
}

async function answer(request) {
  const { origin, pathname, searchParams } = new URL(request.url, `http://${request.headers.host}`);
  if (pathname === "/panel.js" || pathname === "/panel.css") {
    const body = fs.readFileSync(path.join(builtFolder, pathname));
    return { status: 200, type: contentTypes[path.extname(pathname)], body };
  }
  // Built for every page, so that a reload shows the newest code.
  const pages = await buildScenes();
  if (pathname === "/") return { status: 200, type: "text/html", body: list(pages.scenes) };
  const scene = pages.scenes[searchParams.get("name")];
  const theme = searchParams.get("theme");
  if (pathname !== "/scene" || !scene || !themeNames.includes(theme))
    return { status: 404, type: "text/plain", body: "No such state or theme." };
  const files = {
    cspSource: origin,
    scriptUri: `${origin}/panel.js`,
    styleUri: `${origin}/panel.css`,
    localisation: readLocalisation(searchParams.get("language") ?? "en"),
  };
  return { status: 200, type: "text/html", body: pages.scenePage(files, readTheme(theme), scene) };
}

const server = http.createServer(async (request, response) => {
  const { status, type, body } = await answer(request).catch((error) => ({
    status: 500,
    type: "text/plain",
    body: String(error),
  }));
  response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" }).end(body);
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
