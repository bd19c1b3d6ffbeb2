"""Writes a GGUF of a large model's shape with random Q4_K and Q6_K weights: for what passes cost, not for what it says.
   largeModel.py MODEL OUT SHAPE     MODEL: a Qwen2.5 GGUF, for its tokenizer; SHAPE: one of `shapes`. Needs numpy.
"""
import os, struct, sys
import numpy as np

source, out, shape = sys.argv[1:4]
vocabulary = 151_936
shapes = {
    "qwen2-1.5b": dict(width=1536, feed_forward=8960, layers=28, heads=12, kv_heads=2),
    "qwen2-7b": dict(width=3584, feed_forward=18944, layers=28, heads=28, kv_heads=4),
    "qwen2-32b": dict(width=5120, feed_forward=27648, layers=64, heads=40, kv_heads=8),
    "qwen3moe-30b": dict(width=2048, feed_forward=6144, layers=48, heads=32, kv_heads=4, experts=128, used=8, expert_width=768),
}
head_size = 128
F32, Q4_K, Q6_K = 0, 12, 14
block_bytes = {Q4_K: 144, Q6_K: 210}  # of 256 weights
scalar_bytes = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

m = shapes[shape]
architecture = shape.split("-")[0]


def tokenizer_of(data):
    """The key-value pairs of a GGUF that are its tokenizer's, as they stand there."""
    pairs, = struct.unpack_from("<Q", data, 16)
    at, kept = 24, []

    def end_of(kind, at):
        if kind == 8:  # string
            return at + 8 + struct.unpack_from("<Q", data, at)[0]
        if kind != 9:
            return at + scalar_bytes[kind]
        element, count = struct.unpack_from("<IQ", data, at)
        at += 12
        if element != 8:
            return at + count * scalar_bytes[element]
        for _ in range(count):
            at = end_of(8, at)
        return at

    for _ in range(pairs):
        value = end_of(8, at) + 4
        kind, = struct.unpack_from("<I", data, value - 4)
        end = end_of(kind, value)
        if data[at + 8 :].startswith(b"tokenizer.") or data[at + 8 :].startswith(b"general.quantization_version"):
            kept.append(bytes(data[at:end]))
        at = end
    return kept


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def pair(key, value):
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    return text(key) + (struct.pack("<If", 6, value) if isinstance(value, float) else struct.pack("<II", 4, value))


def pairs():
    numbers = {
        "block_count": m["layers"],
        "context_length": 32_768,
        "embedding_length": m["width"],
        "feed_forward_length": m["feed_forward"],
        "attention.head_count": m["heads"],
        "attention.head_count_kv": m["kv_heads"],
        "rope.freq_base": 1e6,
        "attention.layer_norm_rms_epsilon": 1e-6,
    }
    if "experts" in m:
        numbers |= {
            "attention.key_length": head_size,
            "attention.value_length": head_size,
            "expert_count": m["experts"],
            "expert_used_count": m["used"],
            "expert_feed_forward_length": m["expert_width"],
        }
    yield pair("general.architecture", architecture)
    yield pair("general.name", f"{shape} (random)")
    for key, value in numbers.items():
        yield pair(f"{architecture}.{key}", value)


def tensors():
    """Name, dimensions (innermost first) and type of each, with the types of Q4_K_M."""
    width, queries, keys = m["width"], m["heads"] * head_size, m["kv_heads"] * head_size
    yield "token_embd.weight", (width, vocabulary), Q4_K
    yield "output_norm.weight", (width,), F32
    yield "output.weight", (width, vocabulary), Q6_K
    for layer in range(m["layers"]):
        finer = Q6_K if layer % 2 else Q4_K
        of = lambda name: f"blk.{layer}.{name}"
        yield of("attn_norm.weight"), (width,), F32
        yield of("ffn_norm.weight"), (width,), F32
        yield of("attn_q.weight"), (width, queries), Q4_K
        yield of("attn_k.weight"), (width, keys), Q4_K
        yield of("attn_v.weight"), (width, keys), finer
        yield of("attn_output.weight"), (queries, width), Q4_K
        if architecture == "qwen2":
            for name, size in (("q", queries), ("k", keys), ("v", keys)):
                yield of(f"attn_{name}.bias"), (size,), F32
        else:
            yield of("attn_q_norm.weight"), (head_size,), F32
            yield of("attn_k_norm.weight"), (head_size,), F32
        if "experts" in m:
            experts, inner = m["experts"], m["expert_width"]
            yield of("ffn_gate_inp.weight"), (width, experts), F32
            yield of("ffn_gate_exps.weight"), (width, inner, experts), Q4_K
            yield of("ffn_up_exps.weight"), (width, inner, experts), Q4_K
            yield of("ffn_down_exps.weight"), (inner, width, experts), finer
        else:
            yield of("ffn_gate.weight"), (width, m["feed_forward"]), Q4_K
            yield of("ffn_up.weight"), (width, m["feed_forward"]), Q4_K
            yield of("ffn_down.weight"), (m["feed_forward"], width), finer


random = np.random.default_rng(1)


def blocks(kind):
    """Some random blocks, whose scales make weights of about ±0.02."""
    count = 1 << 16
    data = random.integers(0, 256, (count, block_bytes[kind]), dtype=np.uint8)
    scale = lambda value: np.full(count, value, np.float16).view(np.uint8).reshape(count, 2)
    if kind == Q4_K:
        data[:, 0:2], data[:, 2:4] = scale(6e-5), scale(4.5e-4)
    else:
        data[:, 208:210] = scale(8e-6)
    return data.tobytes()


def floats(name, count):
    if "gate_inp" in name:
        return (random.standard_normal(count, dtype=np.float32) * 0.02).tobytes()
    return (np.zeros if name.endswith("bias") else np.ones)(count, np.float32).tobytes()


def size_of(dimensions, kind):
    count = int(np.prod(dimensions))
    return 4 * count if kind == F32 else count // 256 * block_bytes[kind]


padded = lambda size: -(-size // 32) * 32
listed = list(tensors())
offset, infos = 0, b""
for name, dimensions, kind in listed:
    infos += text(name) + struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions) + struct.pack("<IQ", kind, offset)
    offset += padded(size_of(dimensions, kind))
with open(source, "rb") as model:
    metadata = [*pairs(), *tokenizer_of(model.read(16 << 20))]
header = struct.pack("<4sIQQ", b"GGUF", 3, len(listed), len(metadata)) + b"".join(metadata) + infos
block = {kind: blocks(kind) for kind in block_bytes}
with open(f"{out}.part", "wb") as target:
    target.write(header.ljust(padded(len(header)), b"\0"))
    for name, dimensions, kind in listed:
        size = size_of(dimensions, kind)
        if kind == F32:
            target.write(floats(name, size // 4))
        else:
            for written in range(0, size, len(block[kind])):
                target.write(block[kind][: size - written])
        target.write(bytes(padded(size) - size))
os.replace(f"{out}.part", out)
print(f"{shape}: {os.path.getsize(out) / 1e9:.1f} GB")
