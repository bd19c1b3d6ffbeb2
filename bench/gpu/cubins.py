"""Gives node-llama-cpp's libggml-cuda.so machine code for sm_90 in place of its PTX (README.md beside this file says why).
   cubins.py LIBRARY OUT TOOLS     TOOLS: a folder with ptxas, fatbinary and cuobjdump
"""
import os, re, struct, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

library, out, tools = sys.argv[1:4]
# Types of weights whose matrix kernels are translated; those of others go along as PTX.
common_types = {2, 3, 8, 12, 14}
magic = b"\x50\xed\x55\xba"


def run(*command, cwd=None):
    return subprocess.run([os.path.join(tools, command[0]), *command[1:]], cwd=cwd, check=True, capture_output=True, text=True).stdout


def fat_binaries(data):
    """Offset and length of each fat binary of the section .nv_fatbin."""
    table, = struct.unpack_from("<Q", data, 0x28)
    entry, count, names = struct.unpack_from("<HHH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQ", data, table + i * entry) for i in range(count)]
    strings = sections[names][4]
    for name, _, _, _, start, size in sections:
        if data[strings + name : data.index(b"\0", strings + name)] == b".nv_fatbin":
            break
    else:
        sys.exit("no section .nv_fatbin: is this a CUDA library?")
    at = start
    while at < start + size:
        if data[at : at + 4] != magic:
            at += 8
            continue
        header, length = struct.unpack_from("<HQ", data, at + 6)
        yield at, header + length
        at += header + length


def translate(ptx, work):
    """A fat binary for sm_90 of the PTX, as bytes."""
    text = open(ptx).read()
    kind = re.search(r"mul_mat_qIL9ggml_type(\d+)", text)
    base = os.path.join(work, os.path.basename(ptx))
    if kind and int(kind[1]) not in common_types:
        open(base, "w").write(text.replace(".version 9.1", ".version 9.0", 1))
        image = f"kind=ptx,sm=90,file={base}"
    else:
        run("ptxas", "-arch", "sm_90", "-O3", ptx, "-o", f"{base}.cubin")
        image = f"kind=elf,sm=90,file={base}.cubin"
    run("fatbinary", "--64", "--compress-all", "--compress-mode=size", f"--create={base}.fatbin", f"--image3={image}")
    return open(f"{base}.fatbin", "rb").read()


data = bytearray(open(library, "rb").read())
places = list(fat_binaries(data))
with tempfile.TemporaryDirectory() as work:
    run("cuobjdump", "-xptx", "all", os.path.abspath(library), cwd=work)
    number = lambda name: int(re.search(r"\.(\d+)\.sm_90\.ptx$", name)[1])
    sources = sorted((f for f in os.listdir(work) if f.endswith(".sm_90.ptx")), key=number)
    if len(sources) != len(places):
        sys.exit(f"{len(sources)} PTX files for {len(places)} fat binaries: another build than this was made for")
    done = os.path.join(work, "done")
    os.mkdir(done)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        images = list(pool.map(lambda name: translate(os.path.join(work, name), done), sources))
for (at, length), image, name in zip(places, images, sources):
    if len(image) > length:
        sys.exit(f"{name}: {len(image)} bytes do not fit into {length}")
    data[at : at + length] = image + bytes(length - len(image))
open(out, "wb").write(data)
print(f"{len(places)} fat binaries replaced")
