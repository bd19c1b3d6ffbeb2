/**
 * The README as an installed extension shows it. On an extension's page VS Code shows no picture from a file and follows
 * no link to one, wherever it lies, so such pictures go and of such links the words stay.
 */
export function packagedReadme(text) {
  return text
    .replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, "")
    .replace(/(?<!!)\[([^\]]+)\]\((?!https?:|#)[^)]*\)/g, "$1");
}
