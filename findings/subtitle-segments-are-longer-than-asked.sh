#!/usr/bin/env bash
# node-webvtt 2.0.0
# One would guess: cut at 10 s, cues of 35 s give four segments of 10, 10, 10 and 5 s, one of them empty, as those of the film are.
# Seen: a segment ends where a cue is: a pause makes the next longer (10, 10, 15), and a long cue makes one of 20; the target is 15 and 20.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . node-webvtt@2.0.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import webvtt from 'node-webvtt';

const read = (cues) => {
  const text = `WEBVTT\n\n${cues.map(([from, to]) => `00:00:${from}.000 --> 00:00:${to}.000\nHello\n`).join('\n')}`;
  const target = Number(/TARGETDURATION:(\d+)/.exec(webvtt.hls.hlsSegmentPlaylist(text, 10))[1]);
  return { lengths: webvtt.segment(text, 10).map(({ duration }) => duration), target };
};
const told = { pause: read([['01', '04'], ['12', '14'], ['31', '35']]), long: read([['01', '25'], ['26', '27']]) };
console.log(JSON.stringify(told));
assert.deepEqual(told, {
  pause: { lengths: [10, 10, 15], target: 15 },
  long: { lengths: [20, 7], target: 20 },
});
PROBE
node probe.mjs
