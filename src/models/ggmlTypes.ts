/**
 * Number formats of GGUF tensors: how many values a block holds and how many bytes it takes. Needed to tell where a
 * tensor ends, so that a file cut short is noticed before the native code maps it.
 * Source: `GGML_QUANT_SIZES` and `LlamaFileType` in llama.cpp's gguf-py/gguf/constants.py.
 */

interface BlockSize {
  /** Values in a block. */
  values: number;
  bytes: number;
}

const blockSizes: Readonly<Record<number, BlockSize>> = {
  0: { values: 1, bytes: 4 }, // F32
  1: { values: 1, bytes: 2 }, // F16
  2: { values: 32, bytes: 18 }, // Q4_0
  3: { values: 32, bytes: 20 }, // Q4_1
  6: { values: 32, bytes: 22 }, // Q5_0
  7: { values: 32, bytes: 24 }, // Q5_1
  8: { values: 32, bytes: 34 }, // Q8_0
  9: { values: 32, bytes: 40 }, // Q8_1
  10: { values: 256, bytes: 84 }, // Q2_K
  11: { values: 256, bytes: 110 }, // Q3_K
  12: { values: 256, bytes: 144 }, // Q4_K
  13: { values: 256, bytes: 176 }, // Q5_K
  14: { values: 256, bytes: 210 }, // Q6_K
  15: { values: 256, bytes: 292 }, // Q8_K
  16: { values: 256, bytes: 66 }, // IQ2_XXS
  17: { values: 256, bytes: 74 }, // IQ2_XS
  18: { values: 256, bytes: 98 }, // IQ3_XXS
  19: { values: 256, bytes: 50 }, // IQ1_S
  20: { values: 32, bytes: 18 }, // IQ4_NL
  21: { values: 256, bytes: 110 }, // IQ3_S
  22: { values: 256, bytes: 82 }, // IQ2_S
  23: { values: 256, bytes: 136 }, // IQ4_XS
  24: { values: 1, bytes: 1 }, // I8
  25: { values: 1, bytes: 2 }, // I16
  26: { values: 1, bytes: 4 }, // I32
  27: { values: 1, bytes: 8 }, // I64
  28: { values: 1, bytes: 8 }, // F64
  29: { values: 256, bytes: 56 }, // IQ1_M
  30: { values: 1, bytes: 2 }, // BF16
  34: { values: 256, bytes: 54 }, // TQ1_0
  35: { values: 256, bytes: 66 }, // TQ2_0
  39: { values: 32, bytes: 17 }, // MXFP4
};

/** Bytes of a tensor; null for a format newer than this table. */
export function tensorBytes(type: number, elements: number): number | null {
  const block = blockSizes[type];
  return block ? Math.ceil(elements / block.values) * block.bytes : null;
}

const fileTypes: Readonly<Record<number, string>> = {
  0: "F32",
  1: "F16",
  2: "Q4_0",
  3: "Q4_1",
  7: "Q8_0",
  8: "Q5_0",
  9: "Q5_1",
  10: "Q2_K",
  11: "Q3_K_S",
  12: "Q3_K_M",
  13: "Q3_K_L",
  14: "Q4_K_S",
  15: "Q4_K_M",
  16: "Q5_K_S",
  17: "Q5_K_M",
  18: "Q6_K",
  19: "IQ2_XXS",
  20: "IQ2_XS",
  21: "Q2_K_S",
  22: "IQ3_XS",
  23: "IQ3_XXS",
  24: "IQ1_S",
  25: "IQ4_NL",
  26: "IQ3_S",
  27: "IQ3_M",
  28: "IQ2_S",
  29: "IQ2_M",
  30: "IQ4_XS",
  31: "IQ1_M",
  32: "BF16",
  36: "TQ1_0",
  37: "TQ2_0",
  38: "MXFP4",
};

/** Name of a quantisation mix (`general.file_type`); null for an unknown one. */
export function fileTypeName(fileType: number): string | null {
  return fileTypes[fileType] ?? null;
}
