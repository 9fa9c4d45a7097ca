#!/usr/bin/env bash
# m3u8parse 5.0.2 beside hls-parser 0.16.1
# One would guess: in a delta update that begins at number 266 and skips three segments, the first that is written is number 269, as hls-parser says.
# Seen: it is number 266: all numbers are three too low, so a client that asks for 269 gets nothing, and a place in the live window shifts with each update.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . m3u8parse@5.0.2 hls-parser@0.16.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import hlsParser from 'hls-parser';
import parse, { MediaPlaylist } from 'm3u8parse';

const update = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0
#EXT-X-MEDIA-SEQUENCE:266
#EXT-X-SKIP:SKIPPED-SEGMENTS=3
#EXTINF:4,
269.mp4
#EXTINF:4,
270.mp4
`;
const list = new MediaPlaylist(await parse(update));
const told = {
  'hls-parser': hlsParser.parse(update).segments.map(({ mediaSequenceNumber, uri }) => [mediaSequenceNumber, uri]),
  m3u8parse: [list.startMsn(), list.lastMsn()].map((number) => [number, list.getSegment(number).uri]),
  269: list.getSegment(269)?.uri,
};
console.log(JSON.stringify(told));
assert.deepEqual(told['hls-parser'], [[269, '269.mp4'], [270, '270.mp4']]);
assert.deepEqual(told.m3u8parse, [[266, '269.mp4'], [267, '270.mp4']]);
assert.equal(told[269], undefined);
PROBE
node probe.mjs
