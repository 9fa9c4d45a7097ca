#!/usr/bin/env bash
# m3u8-file-parser 0.2.4
# One would guess: a byte range without a start follows the range before it in the same file; an EXTINF of 0 lasts 0 s.
# Seen: it starts at byte 0, so the beginning is played again in place of what follows; 0 becomes -1 and shortens the sum.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . m3u8-file-parser@0.2.4
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import M3u8FileParser from 'm3u8-file-parser';

const parser = new M3u8FileParser();
parser.read(`#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:9
#EXTINF:9,
#EXT-X-BYTERANGE:1000@600
film.ts
#EXTINF:9,
#EXT-X-BYTERANGE:500
film.ts
#EXTINF:0,
marker.ts
#EXT-X-ENDLIST
`);
const segments = parser.getResult().segments.map(({ url, inf, byteRange }) => [url, inf.duration, byteRange?.offset, byteRange?.length]);
console.log(JSON.stringify(segments));
assert.deepEqual(segments, [
  ['film.ts', 9, 600, 1000],
  ['film.ts', 9, 0, 500],
  ['marker.ts', -1, undefined, undefined],
]);
PROBE
node probe.mjs
