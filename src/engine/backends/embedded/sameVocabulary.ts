/** Whether two models say the same with the same tokens, so that one may guess for the other. */

/** As a GGUF file has it; `token_type` is left out of some. */
export interface Vocabulary {
  readonly model: string;
  readonly tokens: readonly string[];
  readonly token_type?: readonly number[];
}

/** llama.cpp's LLAMA_TOKEN_TYPE_UNUSED. */
const unusedType = 5;
const padding = /^(\[PAD\d*\]|<unused\d+>)$/;

/**
 * The same token at each place. What one has beyond the other has to be padding, whose length differs between sizes of one
 * family: a token that only one of them knows ends a pass of the other with an error.
 */
export function isSameVocabulary(a: Vocabulary, b: Vocabulary): boolean {
  const common = Math.min(a.tokens.length, b.tokens.length);
  if (a.model !== b.model) return false;
  for (let i = 0; i < common; i++) if (a.tokens[i] !== b.tokens[i]) return false;
  const longer = a.tokens.length > common ? a : b;
  const isPadding = (token: string, i: number) => longer.token_type?.[common + i] === unusedType || padding.test(token);
  return longer.tokens.slice(common).every(isPadding);
}
