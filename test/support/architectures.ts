/**
 * A real GGUF of under 1.5 MB for each architecture that Hunch has to get right: latent attention and experts with a layer
 * that predicts further tokens (deepseek2), experts and such a layer (glm4moe), a hybrid whose cache can not be rolled back
 * (qwen35), plain (llama), and heads that draft for another model (eagle3, dflash, dspark).
 *
 * With `alpha` 0 the blocks add nothing and the model says its script (script.ts); above, random attention, experts and
 * feed-forward layers count, which tests of roll-back and cache types need: without them these pass trivially. All have
 * the embeddings of one seed, so that heads fit targets.
 */
import { seededRandom } from "../unit/support/random.ts";
import { type Architecture, type ArchitectureOptions, feedForwardSize, ModelBuilder } from "./modelBuilder.ts";
import { type Script, scriptWidth, writeScript } from "./script.ts";

export { architectures } from "./modelBuilder.ts";

const embeddingSeed = 1234;
const width = scriptWidth;
const layers = 2;
/** Cache types are stored in blocks of 32 elements, so a head has as many. */
const headSize = 32;
const experts = { count: 8, feedForward: 32 };
/** Latent attention (deepseek2). */
const latent = { heads: 4, queryRank: 32, rank: 64, rope: 32, plain: 32, value: 32 };

export function writeArchitecture(path: string, architecture: Architecture, options: ArchitectureOptions = {}): void {
  const script = writeScript(options, seededRandom(embeddingSeed));
  const model = new ModelBuilder(architecture, script, options);
  switch (architecture) {
    case "llama":
      llama(model);
      break;
    case "deepseek2":
      deepseek2(model, options);
      break;
    case "glm4moe":
      glm4moe(model, options);
      break;
    case "qwen35":
      qwen35(model);
      break;
    case "eagle3":
      eagle3(model);
      break;
    case "dflash":
    case "dspark":
      dflash(model, architecture === "dspark" ? script : null);
      break;
  }
  model.write(path);
}

function llama(model: ModelBuilder): void {
  const blocks = layers + 2; // an EAGLE-3 head looks at three layers
  model.numbers({ block_count: blocks, ...attention(2, 2), "rope.dimension_count": headSize });
  model.trunk();
  for (let i = 0; i < blocks; i++) {
    const block = `blk.${i}.`;
    model.ones(`${block}attn_norm.weight`, width);
    groupedAttention(model, block, { heads: 2, kvHeads: 2 });
    model.ones(`${block}ffn_norm.weight`, width);
    dense(model, block);
  }
}

function deepseek2(model: ModelBuilder, { predictionLayers = 1, expertsUsed }: ArchitectureOptions): void {
  const { heads, queryRank, rank, rope, plain, value } = latent;
  const blocks = layers + predictionLayers;
  model.numbers({
    block_count: blocks,
    "attention.head_count": heads,
    "attention.head_count_kv": 1,
    "rope.dimension_count": rope,
    "attention.q_lora_rank": queryRank,
    "attention.kv_lora_rank": rank,
    "attention.key_length": rank + rope,
    "attention.value_length": rank,
    "attention.key_length_mla": plain + rope,
    "attention.value_length_mla": value,
    ...(predictionLayers > 0 ? { nextn_predict_layers: predictionLayers } : {}),
  });
  model.floats({ "rope.freq_base": 10_000 });
  expertMetadata(model, expertsUsed);
  model.trunk();
  for (let i = 0; i < blocks; i++) {
    const block = `blk.${i}.`;
    model.ones(`${block}attn_norm.weight`, width);
    model.ones(`${block}attn_q_a_norm.weight`, queryRank);
    model.ones(`${block}attn_kv_a_norm.weight`, rank);
    model.random(`${block}attn_q_a.weight`, queryRank, width);
    model.random(`${block}attn_q_b.weight`, heads * (plain + rope), queryRank);
    model.random(`${block}attn_kv_a_mqa.weight`, rank + rope, width);
    model.random(`${block}attn_k_b.weight`, heads, rank, plain);
    model.random(`${block}attn_v_b.weight`, heads, value, rank);
    model.writing(`${block}attn_output.weight`, width, heads * value);
    model.ones(`${block}ffn_norm.weight`, width);
    feedForwardOf(model, block, i);
    if (i >= layers) prediction(model, block);
  }
}

function glm4moe(model: ModelBuilder, { expertsUsed }: ArchitectureOptions): void {
  const blocks = layers + 1;
  model.numbers({ block_count: blocks, ...attention(4, 2), "rope.dimension_count": headSize / 2 });
  expertMetadata(model, expertsUsed);
  model.trunk();
  model.numbers({ nextn_predict_layers: 1 });
  for (let i = 0; i < blocks; i++) {
    const block = `blk.${i}.`;
    model.ones(`${block}attn_norm.weight`, width);
    groupedAttention(model, block, { heads: 4, kvHeads: 2, norms: true });
    model.ones(`${block}post_attention_norm.weight`, width);
    feedForwardOf(model, block, i);
    if (i >= layers) prediction(model, block);
  }
}

/** A gated delta net on even layers, attention on odd ones. */
function qwen35(model: ModelBuilder): void {
  const blocks = layers + 1;
  const state = { size: 32, keys: 2, values: 4, kernel: 4 };
  model.numbers({
    block_count: blocks,
    ...attention(4, 2),
    "rope.dimension_count": 16,
    full_attention_interval: 2,
    "ssm.conv_kernel": state.kernel,
    "ssm.inner_size": state.size * state.values,
    "ssm.state_size": state.size,
    "ssm.time_step_rank": state.values,
    "ssm.group_count": state.keys,
    nextn_predict_layers: 1,
  });
  model.set("rope.dimension_sections", { type: "i32s", value: [4, 2, 2, 0] });
  model.floats({ "rope.freq_base": 10_000 });
  model.trunk();
  for (let i = 0; i < blocks; i++) {
    const block = `blk.${i}.`;
    model.ones(`${block}attn_norm.weight`, width);
    model.ones(`${block}post_attention_norm.weight`, width);
    dense(model, block);
    if (i >= layers || i % 2 === 1) groupedAttention(model, block, { heads: 4, kvHeads: 2, gated: true, norms: true });
    else {
      const inner = state.size * state.values;
      const channels = 2 * state.size * state.keys + inner;
      model.random(`${block}attn_qkv.weight`, channels, width);
      model.random(`${block}attn_gate.weight`, inner, width);
      model.random(`${block}ssm_conv1d.weight`, channels, state.kernel);
      model.filled(`${block}ssm_dt.bias`, 0, state.values);
      model.filled(`${block}ssm_a`, -1, state.values);
      model.random(`${block}ssm_beta.weight`, state.values, width);
      model.random(`${block}ssm_alpha.weight`, state.values, width);
      model.ones(`${block}ssm_norm.weight`, state.size);
      model.writing(`${block}ssm_out.weight`, width, inner);
    }
    if (i >= layers) prediction(model, block);
  }
}

/** One head whose query and key are the token's own embedding: it attends to the token itself and passes it on. */
function eagle3(model: ModelBuilder): void {
  model.numbers({
    block_count: 1,
    ...attention(1, 1, width),
    "rope.dimension_count": width,
    target_hidden_size: width,
  });
  model.set("target_layers", { type: "i32s", value: [1, 2, 3] });
  model.filled("fc.weight", 0, width, 3 * width);
  model.ones("output_norm.weight", width);
  model.ones("blk.0.attn_norm.weight", width);
  model.ones("blk.0.attn_norm_2.weight", width);
  for (const name of ["attn_q", "attn_k"]) model.identity(`blk.0.${name}.weight`, 2, 2 * width);
  model.identity("blk.0.attn_v.weight", 1, 2 * width, true);
  model.identity("blk.0.attn_output.weight", 1);
  silentFeedForward(model);
}

/** Drafts a block at once; only a text that stays the same is within its reach. With a script: DSpark's Markov head. */
function dflash(model: ModelBuilder, script: Script | null): void {
  model.numbers({ block_count: 1, ...attention(1, 1, width), "rope.dimension_count": width, block_size: 8 });
  model.set("target_layers", { type: "i32s", value: [1, 2, 3] });
  const mean = new Float32Array(width * 3 * width);
  for (let row = 0; row < width; row++) for (let i = 0; i < 3; i++) mean[row * 3 * width + i * width + row] = 1 / 3;
  model.tensor("fc.weight", [width, 3 * width], mean);
  model.ones("enc.output_norm.weight", width);
  model.ones("output_norm.weight", width);
  model.ones("blk.0.attn_norm.weight", width);
  model.filled("blk.0.attn_q.weight", 0, width, width);
  for (const name of ["attn_k", "attn_v"]) model.identity(`blk.0.${name}.weight`, 1);
  model.identity("blk.0.attn_output.weight", script ? 0.01 : 5);
  model.ones("blk.0.attn_q_norm.weight", width);
  model.ones("blk.0.attn_k_norm.weight", width);
  silentFeedForward(model);
  if (!script) return;
  const shape = [script.tokens.length, width];
  model.tensor("markov_w1.weight", shape, script.embedding);
  model.tensor(
    "markov_w2.weight",
    shape,
    script.head.map((value) => 4 * value),
  );
}

function attention(heads: number, kvHeads: number, size = headSize): Record<string, number> {
  return {
    "attention.head_count": heads,
    "attention.head_count_kv": kvHeads,
    "attention.key_length": size,
    "attention.value_length": size,
  };
}

function expertMetadata(model: ModelBuilder, used = 2): void {
  model.numbers({
    expert_count: experts.count,
    expert_used_count: used,
    expert_shared_count: 1,
    expert_feed_forward_length: experts.feedForward,
    leading_dense_block_count: 1,
    expert_gating_func: 2,
  });
  model.floats({ expert_weights_scale: 1 });
  model.set("expert_weights_norm", { type: "bool", value: true });
}

function groupedAttention(
  model: ModelBuilder,
  block: string,
  {
    heads,
    kvHeads,
    gated = false,
    norms = false,
  }: { heads: number; kvHeads: number; gated?: boolean; norms?: boolean },
): void {
  model.random(`${block}attn_q.weight`, heads * headSize * (gated ? 2 : 1), width);
  for (const name of ["attn_k", "attn_v"]) model.random(`${block}${name}.weight`, kvHeads * headSize, width);
  model.writing(`${block}attn_output.weight`, width, heads * headSize);
  if (norms) for (const name of ["attn_q_norm", "attn_k_norm"]) model.ones(`${block}${name}.weight`, headSize);
}

/** The first layer is dense, the others have experts. */
function feedForwardOf(model: ModelBuilder, block: string, layer: number): void {
  if (layer === 0) dense(model, block);
  else mixture(model, block);
}

function dense(model: ModelBuilder, block: string): void {
  for (const name of ["ffn_gate", "ffn_up"]) model.random(`${block}${name}.weight`, feedForwardSize, width);
  model.writing(`${block}ffn_down.weight`, width, feedForwardSize);
}

function mixture(model: ModelBuilder, block: string): void {
  const { count, feedForward: size } = experts;
  model.random(`${block}ffn_gate_inp.weight`, count, width);
  for (const name of ["ffn_gate_exps", "ffn_up_exps"]) model.random(`${block}${name}.weight`, count, size, width);
  model.writing(`${block}ffn_down_exps.weight`, count, width, size);
  for (const name of ["ffn_gate_shexp", "ffn_up_shexp"]) model.random(`${block}${name}.weight`, size, width);
  model.writing(`${block}ffn_down_shexp.weight`, width, size);
  model.filled(`${block}exp_probs_b.bias`, 0, count);
}

/** Sees [norm(embedding) ; norm(hidden)] and passes the embedding on, whose successor the head knows. */
function prediction(model: ModelBuilder, block: string): void {
  model.identity(`${block}nextn.eh_proj.weight`, 1, 2 * width, true);
  for (const name of ["enorm", "hnorm", "shared_head_norm"]) model.ones(`${block}nextn.${name}.weight`, width);
}

function silentFeedForward(model: ModelBuilder): void {
  model.ones("blk.0.ffn_norm.weight", width);
  for (const name of ["ffn_gate", "ffn_up"]) model.random(`blk.0.${name}.weight`, feedForwardSize, width);
  model.filled("blk.0.ffn_down.weight", 0, width, feedForwardSize);
}
