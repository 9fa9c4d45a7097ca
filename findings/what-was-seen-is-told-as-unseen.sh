#!/usr/bin/env bash
# intervals-fn 3.0.3
# One would guess: the complement of what was seen is what was not, whatever the order of the parts and though one lies within another.
# Seen: a part within a longer one ends it: of 0-50 and 10-20 the rest begins at 20; in the order 20-30, 0-10 all of 20-30 is in the rest.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . intervals-fn@3.0.3
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import intervals from 'intervals-fn';

const film = { start: 0, end: 100 };
const rest = (...seen) => intervals.complement(film, seen.map(([start, end]) => ({ start, end }))).map(({ start, end }) => `${start}-${end}`);
const told = {
  'in order': rest([0, 10], [20, 30]),
  'out of order': rest([20, 30], [0, 10]),
  'one within another': rest([0, 50], [10, 20]),
};
console.log(told);
assert.deepEqual(told, {
  'in order': ['10-20', '30-100'],
  'out of order': ['0-20', '10-100'],
  'one within another': ['20-100'],
});
PROBE
node probe.mjs
