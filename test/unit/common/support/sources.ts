/** The source files whose words are shown in the editor, as syntax trees. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export const root = path.resolve(import.meta.dirname, "../../../..");

/** The command line and the engine speak English. */
const folders = ["client", "common", "evaluation", "features", "host", "models", "prompts", "webview"];
const sources = folders.flatMap((folder) =>
  readdirSync(path.join(root, "src", folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
    .map((name) => {
      const file = path.join("src", folder, name);
      const kind = name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
      return ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true, kind);
    }),
);

export function everyNode(visit: (node: ts.Node, source: ts.SourceFile) => void): void {
  for (const source of sources) {
    const walk = (node: ts.Node): void => {
      visit(node, source);
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
}

export const where = (node: ts.Node, source: ts.SourceFile) =>
  `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;

export const isTranslation = (node: ts.Node, source: ts.SourceFile): node is ts.CallExpression =>
  ts.isCallExpression(node) && node.expression.getText(source) === "t";
