/** Where the tests of a file go by the habits of its language: beside it, under the name that test runners look for. Pure. */

const styles: Record<string, (name: string, extension: string) => string> = {
  python: (name, extension) => `test_${name}${extension}`,
  go: (name, extension) => `${name}_test${extension}`,
  rust: (name, extension) => `${name}_test${extension}`,
  dart: (name, extension) => `${name}_test${extension}`,
  c: (name, extension) => `${name}_test${extension}`,
  cpp: (name, extension) => `${name}_test${extension}`,
  ruby: (name, extension) => `${name}_test${extension}`,
  elixir: (name) => `${name}_test.exs`,
  java: (name, extension) => `${name}Test${extension}`,
  kotlin: (name, extension) => `${name}Test${extension}`,
  scala: (name, extension) => `${name}Test${extension}`,
  php: (name, extension) => `${name}Test${extension}`,
  csharp: (name, extension) => `${name}Tests${extension}`,
  swift: (name, extension) => `${name}Tests${extension}`,
};

/** "src/cart.ts" of typescript → "src/cart.test.ts". `path` has forward slashes, as in a URI. */
export function testPath(path: string, languageId: string): string {
  const slash = path.lastIndexOf("/") + 1;
  const file = path.slice(slash);
  const dot = file.lastIndexOf(".");
  const [name, extension] = dot > 0 ? [file.slice(0, dot), file.slice(dot)] : [file, ""];
  const style = styles[languageId] ?? ((stem: string, end: string) => `${stem}.test${end}`);
  return path.slice(0, slash) + style(name, extension);
}
