#!/usr/bin/env bash
# m3u8-parser 7.2.0
# One would guess: a segment that EXT-X-GAP marks as missing is marked in the result; an EXTINF of 0 stays 0.
# Seen: the segment looks like those that are there, so what was never played counts as played; 0 becomes 0.01.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . m3u8-parser@7.2.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { Parser } from 'm3u8-parser';

const parser = new Parser();
parser.push(`#EXTM3U
#EXT-X-VERSION:8
#EXT-X-TARGETDURATION:10
#EXTINF:9,
there.ts
#EXT-X-GAP
#EXTINF:9,
missing.ts
#EXTINF:0,
empty.ts
#EXT-X-ENDLIST
`);
parser.end();
const segments = parser.manifest.segments.map(({ uri, duration, ...rest }) => [uri, duration, /gap/i.test(JSON.stringify(rest))]);
console.log(JSON.stringify(segments));
assert.deepEqual(segments, [['there.ts', 9, false], ['missing.ts', 9, false], ['empty.ts', 0.01, false]]);
PROBE
node probe.mjs
