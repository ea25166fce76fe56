#!/usr/bin/env python3
"""Writes tiny-deepseek.gguf, a model of DeepSeek-V3's architecture small enough for any machine (3.4 MB).

    tiny_deepseek.py FILE

What is as in DeepSeek-V3: multi-head latent attention with low-rank queries, keys and values; one dense layer, then
layers of experts chosen by a sigmoid gate with a bias for each, beside a shared one. What is not: the sizes, and the
weights, which are pseudo-random. It answers gibberish, in the time and with the interfaces of a real model.

The file is the same on every machine: Mersenne Twister's uniform numbers, scaled and rounded to single precision, and
Python's standard library alone. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""
import array
import random
import struct
import sys

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
TENSOR_F32 = 0
GATING_SIGMOID = 2
TOKEN_NORMAL, TOKEN_UNKNOWN, TOKEN_CONTROL, TOKEN_BYTE = 1, 2, 3, 6

LAYERS, DENSE_LAYERS, EMBEDDING, HEADS = 3, 1, 128, 4
DENSE_FEED_FORWARD, EXPERT_FEED_FORWARD, EXPERTS, EXPERTS_USED = 256, 64, 8, 2
QUERY_RANK, KEY_VALUE_RANK, ROTARY, UNROTATED, VALUE = 48, 64, 16, 32, 32
VOCABULARY = 512
# Standard deviation of the weights, as initialised models have it.
DEVIATION = 0.05

numbers = random.Random(7)


def weights(*shape):
    """Uniform numbers of the wanted deviation, outermost dimension first."""
    width = DEVIATION * 12 ** 0.5
    count = 1
    for dimension in shape:
        count *= dimension
    return shape, array.array("f", (width * (numbers.random() - 0.5) for _ in range(count)))


def constant(value, size):
    return (size,), array.array("f", [value] * size)


def tensors():
    """Name, shape and values of each tensor."""
    yield "token_embd.weight", weights(VOCABULARY, EMBEDDING)
    yield "output_norm.weight", constant(1, EMBEDDING)
    yield "output.weight", weights(VOCABULARY, EMBEDDING)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        for name, tensor in layer_tensors(dense=layer < DENSE_LAYERS):
            yield block + name, tensor


def layer_tensors(dense):
    yield "attn_norm.weight", constant(1, EMBEDDING)
    yield "attn_q_a.weight", weights(QUERY_RANK, EMBEDDING)
    yield "attn_q_a_norm.weight", constant(1, QUERY_RANK)
    yield "attn_q_b.weight", weights(HEADS * (UNROTATED + ROTARY), QUERY_RANK)
    yield "attn_kv_a_mqa.weight", weights(KEY_VALUE_RANK + ROTARY, EMBEDDING)
    yield "attn_kv_a_norm.weight", constant(1, KEY_VALUE_RANK)
    yield "attn_k_b.weight", weights(HEADS, KEY_VALUE_RANK, UNROTATED)
    yield "attn_v_b.weight", weights(HEADS, VALUE, KEY_VALUE_RANK)
    yield "attn_output.weight", weights(EMBEDDING, HEADS * VALUE)
    yield "ffn_norm.weight", constant(1, EMBEDDING)
    if dense:
        yield "ffn_gate.weight", weights(DENSE_FEED_FORWARD, EMBEDDING)
        yield "ffn_up.weight", weights(DENSE_FEED_FORWARD, EMBEDDING)
        yield "ffn_down.weight", weights(EMBEDDING, DENSE_FEED_FORWARD)
        return
    yield "ffn_gate_inp.weight", weights(EXPERTS, EMBEDDING)
    yield "exp_probs_b.bias", constant(0, EXPERTS)
    yield "ffn_gate_exps.weight", weights(EXPERTS, EXPERT_FEED_FORWARD, EMBEDDING)
    yield "ffn_up_exps.weight", weights(EXPERTS, EXPERT_FEED_FORWARD, EMBEDDING)
    yield "ffn_down_exps.weight", weights(EXPERTS, EMBEDDING, EXPERT_FEED_FORWARD)
    yield "ffn_gate_shexp.weight", weights(EXPERT_FEED_FORWARD, EMBEDDING)
    yield "ffn_up_shexp.weight", weights(EXPERT_FEED_FORWARD, EMBEDDING)
    yield "ffn_down_shexp.weight", weights(EMBEDDING, EXPERT_FEED_FORWARD)


def metadata():
    """Key, type and value; for an array the type of its elements in a list."""
    words = VOCABULARY - 259
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + [f"▁w{n}" for n in range(words)]
    kinds = [TOKEN_UNKNOWN, TOKEN_CONTROL, TOKEN_CONTROL] + [TOKEN_BYTE] * 256 + [TOKEN_NORMAL] * words
    scores = [0.0] * 3 + [-1000.0] * 256 + [-float(n) for n in range(words)]
    model, attention, tokenizer = "deepseek2.", "deepseek2.attention.", "tokenizer.ggml."
    return [
        ("general.architecture", STRING, "deepseek2"),
        ("general.name", STRING, "tiny-deepseek"),
        ("general.file_type", UINT32, 0),
        (model + "block_count", UINT32, LAYERS),
        (model + "leading_dense_block_count", UINT32, DENSE_LAYERS),
        (model + "context_length", UINT32, 4096),
        (model + "embedding_length", UINT32, EMBEDDING),
        (model + "feed_forward_length", UINT32, DENSE_FEED_FORWARD),
        (model + "vocab_size", UINT32, VOCABULARY),
        (model + "rope.freq_base", FLOAT32, 10000.0),
        (model + "rope.dimension_count", UINT32, ROTARY),
        (attention + "head_count", UINT32, HEADS),
        (attention + "head_count_kv", UINT32, 1),
        (attention + "layer_norm_rms_epsilon", FLOAT32, 1e-6),
        (attention + "q_lora_rank", UINT32, QUERY_RANK),
        (attention + "kv_lora_rank", UINT32, KEY_VALUE_RANK),
        (attention + "key_length", UINT32, KEY_VALUE_RANK + ROTARY),
        (attention + "value_length", UINT32, KEY_VALUE_RANK),
        (attention + "key_length_mla", UINT32, UNROTATED + ROTARY),
        (attention + "value_length_mla", UINT32, VALUE),
        (model + "expert_count", UINT32, EXPERTS),
        (model + "expert_used_count", UINT32, EXPERTS_USED),
        (model + "expert_shared_count", UINT32, 1),
        (model + "expert_feed_forward_length", UINT32, EXPERT_FEED_FORWARD),
        (model + "expert_weights_scale", FLOAT32, 1.0),
        (model + "expert_weights_norm", BOOL, True),
        (model + "expert_gating_func", UINT32, GATING_SIGMOID),
        (tokenizer + "model", STRING, "llama"),
        (tokenizer + "pre", STRING, "default"),
        (tokenizer + "tokens", [STRING], tokens),
        (tokenizer + "scores", [FLOAT32], scores),
        (tokenizer + "token_type", [INT32], kinds),
        (tokenizer + "bos_token_id", UINT32, 1),
        (tokenizer + "eos_token_id", UINT32, 2),
        (tokenizer + "unknown_token_id", UINT32, 0),
        ("tokenizer.chat_template", STRING, "{% for m in messages %}{{ m['content'] }}{% endfor %}"),
    ]


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def scalar(kind, value):
    if kind == STRING:
        return string(value)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def typed(kind, value):
    if isinstance(kind, list):
        head = struct.pack("<IIQ", ARRAY, kind[0], len(value))
        return head + b"".join(scalar(kind[0], element) for element in value)
    return struct.pack("<I", kind) + scalar(kind, value)


def padded(data):
    return data + bytes(-len(data) % ALIGNMENT)


def gguf():
    """The whole file: header, metadata, where each tensor lies, and the tensors."""
    pairs, contents = metadata(), list(tensors())
    head = b"GGUF" + struct.pack("<IQQ", 3, len(contents), len(pairs))
    head += b"".join(string(key) + typed(kind, value) for key, kind, value in pairs)
    data = bytearray()
    for name, (shape, values) in contents:
        # Innermost dimension first.
        head += string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *reversed(shape), TENSOR_F32, len(data))
        data += padded(struct.pack(f"<{len(values)}f", *values))
    return padded(head) + data


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], "wb") as file:
        file.write(gguf())
