#!/usr/bin/env bash
# crdts 0.2.0
# One would guess: a set that was stored as JSON and read back behaves as before; and the order in which an addition and a newer removal arrive does not matter.
# Seen: read back, a removal does nothing and tells nothing; a removal that arrives before its older addition is dropped, so two copies differ for good.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . crdts@0.2.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { LWWSet, ORSet } from 'crdts';

const before = new ORSet();
before.add('film', 'tag-1');
const after = ORSet.from(JSON.parse(JSON.stringify(before)));
for (const set of [before, after]) set.remove('film');

const [one, other] = [new LWWSet(), new LWWSet()];
one.add('film', 1);
one.remove('film', 5);
other.remove('film', 5);
other.add('film', 1);
const told = { before: before.toArray(), after: after.toArray(), one: one.toArray(), other: other.toArray() };
console.log(JSON.stringify(told));
assert.deepEqual(told, { before: [], after: ['film'], one: [], other: ['film'] });
PROBE
node probe.mjs
