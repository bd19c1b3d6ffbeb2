/** VS Code's own settings of proxy and certificates, for the connections that the engine's process makes itself. */
import * as vscode from "vscode";
import type { NetworkOptions } from "../common/openaiServer.ts";

export function networkOptions(): NetworkOptions {
  const http = vscode.workspace.getConfiguration("http");
  const usesProxy = http.get<string>("proxySupport") !== "off";
  return {
    proxy: (usesProxy && http.get<string>("proxy")?.trim()) || null,
    proxyAuthorization: http.get<string | null>("proxyAuthorization")?.trim() || null,
    noProxy: http.get<string[]>("noProxy") ?? [],
    strictTls: http.get<boolean>("proxyStrictSSL") ?? true,
    systemCertificates: http.get<boolean>("systemCertificates") ?? true,
  };
}
