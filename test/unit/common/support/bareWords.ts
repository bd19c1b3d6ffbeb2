/**
 * English words that would be shown as they are: literals and templates, also where a constant, a function's result or
 * what a function is called with brings them. Functions are known by their name alone, whatever file they are in.
 */
import ts from "typescript";
import { everyNode } from "./sources.ts";

/** The same in every language: Hunch's name, units, variables of the environment, addresses. */
const noWords = /\b(Hunch|ms|min|HUNCH_[A-Z_]+)\b|https:\S+/g;
export const hasWords = (text: string) => /[A-Za-z]{2}/.test(text.replace(noWords, ""));

const functions = new Map<string, ts.FunctionDeclaration[]>();
const calls = new Map<string, ts.CallExpression[]>();
everyNode((node) => {
  if (ts.isFunctionDeclaration(node) && node.name)
    functions.set(node.name.text, [...(functions.get(node.name.text) ?? []), node]);
  const name = ts.isCallExpression(node) ? calledName(node) : null;
  if (name !== null) calls.set(name, [...(calls.get(name) ?? []), node as ts.CallExpression]);
});

function calledName({ expression }: ts.CallExpression): string | null {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : null;
}

/** @param depth how often names and calls are looked up; far away any value of the program is a word */
export function bareWords(node: ts.Node | undefined, depth = 2): string[] {
  if (!node) return [];
  if (ts.isJsxExpression(node) || ts.isParenthesizedExpression(node)) return bareWords(node.expression, depth);
  if (ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((branch) => bareWords(branch, depth));
  if (ts.isBinaryExpression(node) && /^(\?\?|\|\|)$/.test(node.operatorToken.getText()))
    return [node.left, node.right].flatMap((side) => bareWords(side, depth));
  if (ts.isTemplateExpression(node)) {
    const texts = [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text);
    return hasWords(texts.join(" ")) ? [node.getText()] : [];
  }
  if (depth > 0 && ts.isIdentifier(node)) return valuesOf(node).flatMap((value) => bareWords(value, depth - 1));
  if (depth > 0 && ts.isCallExpression(node)) return resultsOf(node).flatMap((value) => bareWords(value, depth - 1));
  return ts.isStringLiteralLike(node) && hasWords(node.text) ? [node.text] : [];
}

/** A constant's value, or what the function around is called with in the parameter's place. */
function valuesOf(name: ts.Identifier): ts.Node[] {
  for (let scope: ts.Node = name.parent; scope; scope = scope.parent) {
    if (ts.isFunctionLike(scope)) {
      const at = scope.parameters.findIndex((parameter) => parameter.name.getText() === name.text);
      const callers = calls.get(scope.name?.getText() ?? "") ?? [];
      if (at >= 0) return callers.flatMap((call) => call.arguments[at] ?? []);
    } else if (ts.isBlock(scope) || ts.isSourceFile(scope)) {
      const constants = scope.statements
        .filter(ts.isVariableStatement)
        .flatMap((line) => line.declarationList.declarations);
      const constant = constants.find((declaration) => declaration.name.getText() === name.text);
      if (constant) return constant.initializer ? [constant.initializer] : [];
    }
  }
  return [];
}

/** Of our functions: a method, or what a package has, only shares its name with one of ours. */
function resultsOf({ expression }: ts.CallExpression): ts.Node[] {
  if (!ts.isIdentifier(expression) || isOfPackage(expression)) return [];
  const found: ts.Node[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, walk);
  };
  for (const { body } of functions.get(expression.text) ?? []) if (body) walk(body);
  return found;
}

function isOfPackage(name: ts.Identifier): boolean {
  const imports = name.getSourceFile().statements.filter(ts.isImportDeclaration);
  const names = imports.find(({ importClause }) => importClause?.getText().match(/\w+/g)?.includes(name.text));
  return names !== undefined && !names.moduleSpecifier.getText().startsWith('".');
}
