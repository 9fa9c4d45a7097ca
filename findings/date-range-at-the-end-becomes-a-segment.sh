#!/usr/bin/env bash
# hls-parser 0.16.1
# One would guess: date ranges belong to the playlist, not to segments: two of them are two wherever they stand, and the list is as long as its segments.
# Seen: of two in a row the first is lost; one behind the last segment is a third segment without address and length, and the sum of lengths is no number.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . hls-parser@0.16.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import hls from 'hls-parser';

const range = (id, second) => `#EXT-X-DATERANGE:ID="${id}",START-DATE="2026-02-03T10:00:0${second}Z",DURATION=2`;
const { segments, dateRanges } = hls.parse(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:9
#EXT-X-PROGRAM-DATE-TIME:2026-02-03T10:00:00Z
${range('intro', 1)}
${range('advert', 5)}
#EXTINF:9,
one.ts
#EXTINF:9,
two.ts
${range('credits', 9)}
#EXT-X-ENDLIST
`);
const told = segments.map(({ uri, duration, dateRange }) => ({ uri, duration, range: dateRange?.id }));
const length = segments.reduce((sum, { duration }) => sum + duration, 0);
console.log(JSON.stringify(told), { dateRanges: dateRanges.length, length });
assert.deepEqual(told, [
  { uri: 'one.ts', duration: 9, range: 'advert' },
  { uri: 'two.ts', duration: 9, range: undefined },
  { uri: '', duration: undefined, range: 'credits' },
]);
assert.deepEqual([dateRanges.length, length], [0, NaN]);
PROBE
node probe.mjs
