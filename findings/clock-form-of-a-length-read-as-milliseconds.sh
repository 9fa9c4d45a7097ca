#!/usr/bin/env bash
# parse-duration 2.1.9
# One would guess: of 1:30 one gets 90 s, or an answer that it cannot be read; of P1DT2H, 26 h or the same.
# Seen: 1:30 is 1.03 s, since a number behind seconds counts as milliseconds; of P1DT2H the day is dropped without a word, while P1D and PT2H are read right.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . parse-duration@2.1.9
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import parse from 'parse-duration';

const seconds = Object.fromEntries(['1:30', '01:02:03', 'P1D', 'PT2H', 'P1DT2H'].map((text) => [text, parse(text, 's')]));
console.log(seconds);
assert.deepEqual(seconds, { '1:30': 1.03, '01:02:03': 1.002003, P1D: 86_400, PT2H: 7200, P1DT2H: 7200 });
PROBE
node probe.mjs
