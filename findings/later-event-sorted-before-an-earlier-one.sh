#!/usr/bin/env bash
# vectorclock 0.0.0
# One would guess: sorted with ascSort, an event never stands before one that it follows; only those at the same time may stand in any order.
# Seen: "at the same time" is answered as "equal", which is no order to sort by: a:2 stays before a:1 where b:1 lies between. Equal clocks are "concurrent" too.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . vectorclock@0.0.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { ascSort, isConcurrent, isIdentical } from 'vectorclock';

const sorted = [{ a: 2 }, { b: 1 }, { a: 1 }].toSorted(ascSort);
const told = { sorted, isBefore: ascSort({ a: 1 }, { a: 2 }), equalIsConcurrent: isConcurrent({ a: 1 }, { a: 1 }) };
console.log(JSON.stringify(told), { zeroIsIdentical: isIdentical({ a: 1 }, { a: 1, b: 0 }) });
assert.deepEqual(told, { sorted: [{ a: 2 }, { b: 1 }, { a: 1 }], isBefore: -1, equalIsConcurrent: true });
assert.equal(isIdentical({ a: 1 }, { a: 1, b: 0 }), false);
PROBE
node probe.mjs
