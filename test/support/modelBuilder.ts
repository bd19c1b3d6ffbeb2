/** Puts together the metadata and tensors of a fixture; architectures.ts says which there are. */
import { seededRandom } from "../unit/support/random.ts";
import { type MetadataValue, type Tensor, writeGguf } from "./ggufWriter.ts";
import { normalMatrix, type Script, type ScriptOptions, scriptWidth as width } from "./script.ts";

export const architectures = ["llama", "deepseek2", "glm4moe", "qwen35", "eagle3", "dflash", "dspark"] as const;
export type Architecture = (typeof architectures)[number];

export interface ArchitectureOptions extends ScriptOptions {
  /** Weight of what the blocks write; 0 leaves the script as it is. */
  alpha?: number;
  /** Spoils what drafts for the model: above 0, some drafts are wrong. */
  noise?: number;
  /** Layers that predict further tokens, 1 or (deepseek2) 0. */
  predictionLayers?: 0 | 1;
  /** Of 8 experts, how many a token is sent to. */
  expertsUsed?: number;
  seed?: number;
}

/** Elements inside a dense feed-forward layer. */
export const feedForwardSize = 128;

export class ModelBuilder {
  readonly #name: string;
  readonly #metadata: Record<string, MetadataValue>;
  readonly #tensors: Tensor[] = [];
  readonly #script: Script;
  readonly #random: () => number;
  readonly #alpha: number;
  readonly #noise: number;

  constructor(architecture: Architecture, script: Script, { alpha = 0, noise = 0, seed = 1 }: ArchitectureOptions) {
    // DSpark is DFlash with two tensors more.
    this.#name = architecture === "dspark" ? "dflash" : architecture;
    this.#script = script;
    this.#random = seededRandom(seed);
    this.#alpha = alpha;
    this.#noise = noise;
    this.#metadata = {
      "general.architecture": { type: "string", value: this.#name },
      "general.name": { type: "string", value: `hunch fixture ${architecture}` },
      ...script.tokenizer,
    };
    this.numbers({
      context_length: 4096,
      embedding_length: width,
      feed_forward_length: feedForwardSize,
      vocab_size: script.tokens.length,
    });
    this.floats({ "attention.layer_norm_rms_epsilon": 1e-6 });
  }

  numbers(values: Record<string, number>): void {
    for (const [key, value] of Object.entries(values)) this.set(key, { type: "u32", value });
  }

  floats(values: Record<string, number>): void {
    for (const [key, value] of Object.entries(values)) this.set(key, { type: "f32", value });
  }

  set(key: string, value: MetadataValue): void {
    this.#metadata[`${this.#name}.${key}`] = value;
  }

  tensor(name: string, shape: readonly number[], data: Float32Array): void {
    this.#tensors.push({ name, shape, data });
  }

  filled(name: string, value: number, ...shape: number[]): void {
    this.tensor(name, shape, new Float32Array(shape.reduce((a, b) => a * b)).fill(value));
  }

  ones(name: string, size: number): void {
    this.filled(name, 1, size);
  }

  random(name: string, ...shape: number[]): void {
    this.tensor(name, shape, this.#normal(shape, 1));
  }

  /** A matrix that writes into the residual stream. */
  writing(name: string, ...shape: number[]): void {
    this.tensor(name, shape, this.#normal(shape, this.#alpha));
  }

  /** `scale` × [identity ; zeros …] with `columns` columns, and noise where the fixture is to draft badly. */
  identity(name: string, scale: number, columns = width, noisy = false): void {
    const data = noisy ? this.#normal([width, columns], this.#noise) : new Float32Array(width * columns);
    for (let row = 0; row < width; row++) data[row * columns + row]! += scale;
    this.tensor(name, [width, columns], data);
  }

  /** Embeddings and output layer. */
  trunk(): void {
    this.#tensors.push(...this.#script.tensors);
  }

  write(path: string): void {
    writeGguf(path, this.#metadata, this.#tensors);
  }

  #normal(shape: readonly number[], scale: number): Float32Array {
    const columns = shape.at(-1)!;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    return normalMatrix(this.#random, rows, columns, scale / Math.sqrt(columns));
  }
}
