#!/usr/bin/env bash
# What a GPU answers (README.md beside this file). measure.sh alone|aside MODEL OUT [SECONDS]
# Run where pack.sh's archive was unpacked: ./node, hunch/dist.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); mode=$1; model=$2; out=$3; seconds=${4:-240}
export XDG_CACHE_HOME=$out/cache LD_LIBRARY_PATH
# The CUDA libraries may lie in Python packages.
LD_LIBRARY_PATH=$(python3 -c "import glob,os,site;print(':'.join(sorted({os.path.dirname(f) for d in site.getsitepackages()+['/usr/local'] for f in glob.glob(d+'/**/lib*/libcu*.so.13',recursive=True)})))")
mkdir -p "$out"; cd "$here/hunch"
cli() { timeout -s INT "$seconds" ../node dist/cli.mjs "$@"; }
case $mode in
alone)
  cli doctor --model "$model" --gpu cuda --json | tee "$out/doctor.json"
  cli bench speed --model "$model" --gpu cuda --arms "hunch off,hunch auto,hunch suffix,hunch recycling" --limit 4 --out "$out" --name speed
  cli bench speed --model "$model" --gpu cuda --arms "hunch off,hunch auto" --limit 3 --rounds 2 --temperature 0.7 --out "$out" --name speed-t07
  ;;
aside)
  thinking() { name=$1; shift; cli bench thinking --model "$model" --gpu cuda --seed 7 --parallel 16 --context 2048 --out "$out" --name "$name" "$@" > "$out/$name.log" 2>&1 & }
  crux="--data $here/data/cruxeval-half.jsonl --limit 424"; gsm="--data $here/data/gsm8k-quarter.jsonl --limit 325"
  # Word splitting is wanted: each is several options.
  # shellcheck disable=SC2086
  {
    thinking crux-plain $crux --templates plain
    thinking crux-short $crux --templates trace,draft
    thinking crux-others $crux --templates none,sketch,concise
    thinking crux-exit $crux --templates plain,trace --controls earlyExit --effort medium
    thinking crux-auto $crux --templates plain --efforts auto,high --thoughts 4
    thinking gsm-plain $gsm --templates plain
    thinking gsm-others $gsm --templates none,draft,sketch,concise
    thinking gsm-exit $gsm --templates plain --controls earlyExit,guarded --effort medium
  }
  timeout -s INT "$seconds" ../node dist/bench-endings.mjs --model "$model" --gpu cuda --parallel 8 --out "$out" > "$out/endings.log" 2>&1 &
  timeout -s INT "$seconds" ../node dist/bench-strict.mjs --model "$model" --gpu cuda --auto --out "$out" > "$out/strict.log" 2>&1 &
  wait
  ;;
esac
