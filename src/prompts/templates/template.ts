/**
 * What a template is: a way of asking a model to think, in one or two sentences, since every prompt token costs the user
 * time (a CPU reads about 90 a second).
 */

export type TemplateName = "plain" | "concise" | "draft" | "trace" | "sketch" | "budgeted" | "none";

/** Mean figures of one model over a set of items. */
export interface Measurement {
  model: string;
  data: string;
  items: number;
  thinkingTokens: number;
  /** Right answers / items. */
  accuracy: number;
}

export interface Template {
  name: TemplateName;
  /** false: the answer starts at once. */
  thinks: boolean;
  /** How to think, as sentences to the model; "" leaves it to the model. */
  style(budget: number | null): string;
  /**
   * First characters of a thought of this style, "" for none. Models not trained to think hold a form that has begun
   * better than one that was asked for; trained ones have a form of their own and are left to it.
   */
  opening: string;
  /** What its authors report, and where it applies. */
  claims: string;
  /** The paper; "" where there is none. */
  source: string;
  /** What Hunch measured; null when it has not yet. */
  measured: readonly Measurement[] | null;
}
