"""A checkpoint speaking, one token at a time."""

import torch

from finetune.compat import local_kv_cache
from finetune.network import Network
from finetune.sampling import Choose, greedy


def continuation(
    network: Network, prompt: list[int], stop: frozenset[int], longest: int, choose: Choose = greedy
) -> list[int]:
    """What the network says after ``prompt``, until one of ``stop``, which is left out, or ``longest`` tokens.

    The keys and values of what was read are kept (KV cache), so each token is computed once.
    """
    decoder = network.decoder
    device, length = decoder.tok_embeddings.weight.device, len(prompt) + longest
    said: list[int] = []
    cache = local_kv_cache(decoder, batch_size=1, device=device, dtype=network.precision, decoder_max_seq_len=length)
    with torch.no_grad(), cache:
        causal = torch.ones(length, length, dtype=torch.bool, device=device).tril()
        fresh, place = prompt, 0
        while len(said) < longest:
            positions = torch.arange(place, place + len(fresh), device=device)[None]
            logits = network.next_logits(torch.tensor([fresh], device=device), causal[positions], positions)
            place, fresh = place + len(fresh), [choose(logits)]
            if fresh[0] in stop:
                break
            said += fresh
    return said
