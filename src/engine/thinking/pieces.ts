/** Text in the pieces that it came in, so that each character is given to the token that brought it. */
export interface Piece {
  text: string;
  token: number;
  /** From a control token of the vocabulary, which no quoted text can contain. */
  control: boolean;
}

/** Takes the first `length` characters off; a piece that they end in is split. */
export function takePieces(pieces: Piece[], length: number): Piece[] {
  const taken: Piece[] = [];
  for (let left = length; left > 0; ) {
    const piece = pieces[0];
    if (!piece) break;
    const text = piece.text.slice(0, left);
    taken.push({ ...piece, text });
    left -= text.length;
    if (text.length === piece.text.length) pieces.shift();
    else piece.text = piece.text.slice(text.length);
  }
  return taken;
}

/** Of white space at a segment's beginning: what stands on the line of the first visible text, if that is a new line. */
export function indentation(space: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  for (const piece of space.toReversed()) {
    const newline = piece.text.lastIndexOf("\n");
    kept.unshift({ ...piece, text: piece.text.slice(newline + 1) });
    if (newline >= 0) return kept;
  }
  return [];
}
