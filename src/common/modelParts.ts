/** Models in several files, named as llama.cpp's splitter does: `…-00001-of-00003.gguf`. Names only. */

const partName = /-(\d{5})-of-(\d{5})\.gguf$/i;

/** Which part of a model a file is by its name, `index` from 1; null for a model in one file. */
export function modelPart(path: string): { index: number; count: number } | null {
  const [, index, count] = partName.exec(path) ?? [];
  return index && count ? { index: Number(index), count: Number(count) } : null;
}

/** The part `index`, from 1, of the model that `path` is a part of. */
export function partPath(path: string, index: number): string {
  return path.replace(/-\d{5}(-of-\d{5}\.gguf)$/i, `-${String(index).padStart(5, "0")}$1`);
}

/** All files of a model: those of its parts in order, or the one that it is. */
export function modelFiles(path: string): string[] {
  const part = modelPart(path);
  return part === null ? [path] : Array.from({ length: part.count }, (_, i) => partPath(path, i + 1));
}
