"""Writes a model's weights in another format, with the llama.cpp that Hunch runs (node_modules, Linux on x64 or ARM).

usage: python3 bench/weights/requantise.py IN.gguf OUT.gguf TYPE

A file that is quantised already is quantised a second time, so OUT is a little worse than one made from the publisher's
own weights; without an importance matrix, as Q2_K to Q8_0 are by default. Needs nothing but Python.
"""

import ctypes
import glob
import os
import platform
import sys

# llama_ftype of llama.h
TYPES = {"Q4_0": 2, "Q8_0": 7, "Q2_K": 10, "Q3_K_S": 11, "Q3_K_M": 12, "Q4_K_S": 14, "Q4_K_M": 15, "Q5_K_M": 17, "Q6_K": 18}


class Params(ctypes.Structure):
    """llama_model_quantize_params, by value."""

    _fields_ = [
        ("nthread", ctypes.c_int32),
        ("ftype", ctypes.c_int),
        ("output_tensor_type", ctypes.c_int),
        ("token_embedding_type", ctypes.c_int),
        ("allow_requantize", ctypes.c_bool),
        ("quantize_output_tensor", ctypes.c_bool),
        ("only_copy", ctypes.c_bool),
        ("pure", ctypes.c_bool),
        ("keep_split", ctypes.c_bool),
        ("dry_run", ctypes.c_bool),
        ("imatrix", ctypes.c_void_p),
        ("kv_overrides", ctypes.c_void_p),
        ("tensor_types", ctypes.c_void_p),
        ("prune_layers", ctypes.c_void_p),
    ]


def library():
    modules = os.path.join(os.path.dirname(__file__), "..", "..", "node_modules", "@node-llama-cpp")
    machine = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}.get(platform.machine(), "")
    folder = os.path.realpath(os.path.join(modules, machine, "bins", machine))
    # Its own libraries lie beside it, and each has to be there before the one that needs it.
    for pattern in ("libggml-base*", "libggml.v*", "libllama.v*"):
        found = glob.glob(os.path.join(folder, pattern))
        if not found:
            sys.exit(f"{pattern} is not in {folder}: run npm ci first, on Linux.")
        loaded = ctypes.CDLL(found[0], mode=ctypes.RTLD_GLOBAL)
    return loaded


def main():
    if len(sys.argv) != 4 or sys.argv[3] not in TYPES:
        sys.exit(f"{__doc__}\nTYPE is one of {', '.join(TYPES)}.")
    source, target, name = sys.argv[1:]
    llama = library()
    llama.llama_model_quantize_default_params.restype = Params
    params = llama.llama_model_quantize_default_params()
    # What the defaults are known to be tells that the structure is still laid out like this.
    if params.allow_requantize or not params.quantize_output_tensor or params.only_copy or params.imatrix:
        sys.exit("llama_model_quantize_params is not what this script knows; compare it with llama.h.")
    params.ftype = TYPES[name]
    params.allow_requantize = True
    params.nthread = len(os.sched_getaffinity(0))
    status = llama.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(params))
    if status != 0:
        sys.exit(f"llama.cpp could not write {target} (status {status}).")


main()
