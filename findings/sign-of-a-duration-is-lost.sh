#!/usr/bin/env bash
# iso8601-duration 2.1.4
# One would guess: its README says that a sign is not supported yet, so -PT30S, a place that counts from the end, is refused.
# Seen: it is accepted and lies 30 s ahead, the same as without the sign; nothing in the parsed object tells them apart.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . iso8601-duration@2.1.4
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { end, parse, toSeconds } from 'iso8601-duration';

const noon = new Date('2026-02-03T12:00:00Z');
const told = ['PT30S', '-PT30S'].map((text) => [toSeconds(parse(text)), end(parse(text), noon).toISOString()]);
console.log(told);
assert.deepEqual(told[0], [30, '2026-02-03T12:00:30.000Z']);
assert.deepEqual(told[1], told[0]);
assert.deepEqual(parse('-PT30S'), parse('PT30S'));
PROBE
node probe.mjs
