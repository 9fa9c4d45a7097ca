#!/usr/bin/env bash
# @actual-app/crdt 3.1.3
# One would guess: the tree that build makes of many timestamps is the one that insert makes of them one by one, so two histories differ.
# Seen: it is always empty: insert returns a new tree, and build drops it; two devices with different histories have nothing to send each other then.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @actual-app/crdt@3.1.3
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { merkle, Timestamp } from '@actual-app/crdt';

const stamp = (minute) => new Timestamp(Date.UTC(2026, 1, 3, 10, minute), 0, '000000000000000a');
const [one, other] = [[0, 1].map(stamp), [0, 1, 30].map(stamp)];
const inserted = (stamps) => stamps.reduce((tree, timestamp) => merkle.insert(tree, timestamp), merkle.emptyTrie());
const told = {
  built: merkle.build(other),
  differAt: merkle.diff(merkle.build(one), merkle.build(other)),
  insertedDiffer: merkle.diff(inserted(one), inserted(other)) !== null,
};
console.log(told);
assert.deepEqual(told, { built: { hash: 0 }, differAt: null, insertedDiffer: true });
PROBE
node probe.mjs
