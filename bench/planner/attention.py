"""DeepSeek-V3's attention at its own dimensions: decode with absorbed matrices, and prefill."""

import math

import torch
import torch.nn.functional as F

from kernels import Quantised, flash_mla, multiply, weights
from timing import copies, seconds

HIDDEN, QUERY_RANK, LATENT, ROPE, NOPE, VALUE, HEADS = 7168, 1536, 512, 64, 128, 128, 128
WIDTH = LATENT + ROPE
PAGE = 64
BF16 = torch.bfloat16


class Cache:
    """A paged cache of latents of so many sequences, each of `context` tokens."""

    def __init__(self, sequences: int, context: int, heads: int):
        pages = context // PAGE
        self.blocks = torch.randn((sequences * pages, PAGE, 1, WIDTH), dtype=BF16, device="cuda")
        self.table = torch.randperm(sequences * pages, device="cuda").to(torch.int32).view(sequences, pages)
        self.lengths = torch.full((sequences,), context, dtype=torch.int32, device="cuda")
        self.heads = heads
        self.plan = flash_mla.get_mla_metadata(self.lengths, heads, 1) if flash_mla else None

    def attend(self, query: torch.Tensor) -> torch.Tensor:
        """`query` [sequences, 1, heads, 576] to [sequences, 1, heads, 512]."""
        scale = 1 / math.sqrt(NOPE + ROPE)
        if flash_mla:
            return flash_mla.flash_mla_with_kvcache(
                query, self.blocks, self.table, self.lengths, LATENT, *self.plan, softmax_scale=scale
            )[0]
        sequences = query.shape[0]
        latents = self.blocks.view(sequences, -1, WIDTH)
        scores = torch.bmm(query.squeeze(1), latents.transpose(1, 2)) * scale
        return torch.bmm(scores.softmax(-1), latents[..., :LATENT]).unsqueeze(1)


def check_attention() -> float:
    """Relative error of the decode kernel against 64-bit arithmetic."""
    cache = Cache(3, 192, 16)
    query = torch.randn((3, 1, 16, WIDTH), dtype=BF16, device="cuda")
    got = cache.attend(query).double().squeeze(1)
    pages = cache.blocks[cache.table.long()] if flash_mla else cache.blocks
    latents = pages.reshape(3, -1, WIDTH).double()
    scores = (query.squeeze(1).double() @ latents.transpose(1, 2)) / math.sqrt(NOPE + ROPE)
    want = scores.softmax(-1) @ latents[..., :LATENT]
    return ((got - want).norm() / want.norm()).item()


def core(sequences: int, context: int, tensor_parallel: int) -> dict:
    """The attention kernel alone, in one decode step."""
    heads = HEADS // tensor_parallel
    many = copies(sequences * context * WIDTH * 2, 16)
    caches = [Cache(sequences, context, heads) for _ in range(many)]
    query = torch.randn((sequences, 1, heads, WIDTH), dtype=BF16, device="cuda")
    return {
        "seconds": seconds([lambda cache=cache: cache.attend(query) for cache in caches]),
        "kernels": 2 if flash_mla else 4,
    }


class Layer:
    """The weights of one layer on one of `tensor_parallel` GPUs."""

    def __init__(self, tensor_parallel: int):
        self.heads = HEADS // tensor_parallel
        self.down = weights(QUERY_RANK + WIDTH, HIDDEN)
        self.queries = weights(self.heads * (NOPE + ROPE), QUERY_RANK)
        self.unpack = weights(self.heads * (NOPE + VALUE), LATENT)
        self.absorb_query = torch.randn((self.heads, NOPE, LATENT), dtype=BF16, device="cuda")
        self.absorb_value = torch.randn((self.heads, LATENT, VALUE), dtype=BF16, device="cuda")
        self.out = weights(HIDDEN, self.heads * VALUE)
        self.norm, self.query_norm, self.latent_norm = (
            torch.ones(width, dtype=BF16, device="cuda") for width in (HIDDEN, QUERY_RANK, LATENT)
        )


class Buffers:
    """What one pass writes."""

    def __init__(self, tokens: int, heads: int):
        new = lambda *shape: torch.empty(shape, dtype=BF16, device="cuda")
        self.x8, self.q8, self.o8 = (Quantised(tokens, width) for width in (HIDDEN, QUERY_RANK, heads * VALUE))
        self.l8 = Quantised(tokens, LATENT)
        self.down, self.queries = new(tokens, QUERY_RANK + WIDTH), new(tokens, heads * (NOPE + ROPE))
        self.absorbed, self.values = new(tokens, 1, heads, WIDTH), new(tokens, heads, VALUE)
        self.unpacked, self.out = new(tokens, heads * (NOPE + VALUE)), new(tokens, HIDDEN)


def projected(layer: Layer, b: Buffers, x: torch.Tensor):
    """Norm, compression, norms, queries: 7 kernels. Returns queries by head, latents and rotary keys."""
    multiply(b.x8.take(F.rms_norm(x, (HIDDEN,), layer.norm)), layer.down, b.down)
    query, latent, rope = b.down.split((QUERY_RANK, LATENT, ROPE), -1)
    multiply(b.q8.take(F.rms_norm(query, (QUERY_RANK,), layer.query_norm)), layer.queries, b.queries)
    latent = F.rms_norm(latent, (LATENT,), layer.latent_norm)
    return b.queries.view(-1, layer.heads, NOPE + ROPE), latent, rope


def decode(sequences: int, context: int, tensor_parallel: int) -> dict:
    """A whole layer's attention in one decode step, from the norm before it to the product after it."""
    heads = HEADS // tensor_parallel
    many = copies(sequences * context * WIDTH * 2 + 60_000_000, 4)
    x = torch.randn((sequences, HIDDEN), dtype=BF16, device="cuda")

    def call(layer: Layer, cache: Cache, b: Buffers) -> None:
        query, latent, rope = projected(layer, b, x)
        torch.bmm(
            query[..., :NOPE].transpose(0, 1),
            layer.absorb_query,
            out=(absorbed := torch.empty((heads, sequences, LATENT), dtype=BF16, device="cuda")),
        )
        b.absorbed[:, 0, :, :LATENT].copy_(absorbed.transpose(0, 1))
        b.absorbed[:, 0, :, LATENT:].copy_(query[..., NOPE:])
        cache.blocks.view(-1, WIDTH)[:sequences].copy_(torch.cat((latent, rope), -1))
        attended = cache.attend(b.absorbed)
        values = torch.bmm(attended.squeeze(1).transpose(0, 1), layer.absorb_value)
        b.values.copy_(values.transpose(0, 1))
        multiply(b.o8.take(b.values.view(sequences, -1)), layer.out, b.out)

    sets = [(Layer(tensor_parallel), Cache(sequences, context, heads), Buffers(sequences, heads)) for _ in range(many)]
    return {"seconds": seconds([lambda s=s: call(*s) for s in sets]), "kernels": 18}


def prefill_core(tokens: int, tensor_parallel: int) -> dict:
    """Causal attention over one prompt alone."""
    heads = HEADS // tensor_parallel
    new = lambda width: torch.randn((1, heads, tokens, width), dtype=BF16, device="cuda")
    query, key, value = new(NOPE + ROPE), new(NOPE + ROPE), new(VALUE)
    return {"seconds": seconds([lambda: F.scaled_dot_product_attention(query, key, value, is_causal=True)]), "kernels": 1}


def prefill(tokens: int, tensor_parallel: int) -> dict:
    """A whole layer's attention over one prompt, not absorbed."""
    heads = HEADS // tensor_parallel
    layer, b = Layer(tensor_parallel), Buffers(tokens, heads)
    x = torch.randn((tokens, HIDDEN), dtype=BF16, device="cuda")
    key = torch.empty((tokens, heads, NOPE + ROPE), dtype=BF16, device="cuda")

    def call() -> None:
        query, latent, rope = projected(layer, b, x)
        multiply(b.l8.take(latent), layer.unpack, b.unpacked)
        nope, value = b.unpacked.view(tokens, heads, NOPE + VALUE).split((NOPE, VALUE), -1)
        key[..., :NOPE].copy_(nope)
        key[..., NOPE:].copy_(rope.unsqueeze(1).expand(-1, heads, -1))
        by_head = lambda t: t.transpose(0, 1).unsqueeze(0)
        attended = F.scaled_dot_product_attention(by_head(query), by_head(key), by_head(value), is_causal=True)
        b.values.copy_(attended.squeeze(0).transpose(0, 1))
        multiply(b.o8.take(b.values.view(tokens, -1)), layer.out, b.out)

    return {"seconds": seconds([call]), "kernels": 15}
