/** What names a model, in settings and on the command line: an id of the catalogue, or the path of a file. */

/** A path rather than a catalogue id: ids hold no separator and no file extension. */
export function isPath(idOrPath: string): boolean {
  return /[/\\]|^~|\.gguf$/i.test(idOrPath);
}

/** An id as the catalogue writes it, so that one model has one name everywhere; a path as it is. */
export function modelName(idOrPath: string): string {
  const name = idOrPath.trim();
  return isPath(name) ? name : name.toLowerCase();
}
