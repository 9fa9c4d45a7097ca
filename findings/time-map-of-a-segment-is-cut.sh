#!/usr/bin/env bash
# media-captions 1.0.4
# One would guess: the header X-TIMESTAMP-MAP, by which HLS ties the cues of a segment to the film, is told as it stands.
# Seen: its value is MPEGTS, the text before the first colon: both times are gone, without an error, and each segment seems to begin at 0.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . media-captions@1.0.4
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { parseText } from 'media-captions';

const { metadata, cues, errors } = await parseText(
  'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:5400000,LOCAL:00:00:00.000\nKind: captions\n\n00:01.000 --> 00:02.500\nHello\n',
  { type: 'vtt', errors: true },
);
const told = { metadata, starts: cues.map(({ startTime }) => startTime), errors: errors.length };
console.log(told);
assert.deepEqual(told, { metadata: { 'X-TIMESTAMP-MAP': 'MPEGTS', Kind: 'captions' }, starts: [1], errors: 0 });
PROBE
node probe.mjs
