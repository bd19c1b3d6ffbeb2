#!/usr/bin/env bash
# Packs Hunch with node and the CUDA build, and models, for a GPU machine without a network (README.md beside this file).
#   pack.sh FOLDER MODEL.gguf…      with DATA=FOLDER: the data of `bench thinking`; TOOLS=FOLDER: ptxas, fatbinary, cuobjdump
set -euo pipefail
folder=$1; shift
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
version=$(node -p "require('$root/package.json').dependencies['node-llama-cpp'].replace(/^[^0-9]*/, '')")
stage=$(mktemp -d); trap 'rm -rf "$stage"' EXIT
mkdir "$stage/runtime" && cd "$stage/runtime"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --omit=optional --ignore-scripts "node-llama-cpp@$version" "@node-llama-cpp/linux-x64@$version" "@node-llama-cpp/linux-x64-cuda@$version"
library=node_modules/@node-llama-cpp/linux-x64-cuda/bins/linux-x64-cuda/libggml-cuda.so
if [ -n "${TOOLS:-}" ]; then python3 "$here/cubins.py" "$library" "$stage/cuda.so" "$TOOLS" && mv "$stage/cuda.so" "$library"; fi
cp "$(readlink -f "$(command -v node)")" node
(cd "$root" && node esbuild.js)
mkdir hunch && cp -r "$root/dist" "$root/package.json" "$root/media" hunch/
cp "$here/measure.sh" "$here/largeModel.py" .
if [ -n "${DATA:-}" ]; then cp -rL "$DATA" data; fi
tar -czf "$stage/runtime.tar.gz" .
python3 "$here/pieces.py" cut "$folder" "$stage/runtime.tar.gz" "$@"
