#!/usr/bin/env bash
# smpte-timecode 1.3.6, timecode-boss 6.2.0, timecode 0.0.4
# One would guess: at 29.97 frames a semicolon before the frames means drop-frame and a colon means none, so two libraries count one text alike.
# Seen: smpte-timecode does so; timecode-boss drops for both; timecode drops for neither unless told. One hour differs by 108 frames, 3.6 s.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . smpte-timecode@1.3.6 timecode-boss@6.2.0 timecode@0.0.4
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import SmpteTimecode from 'smpte-timecode';
import { Timecode } from 'timecode';
import * as timecodeBoss from 'timecode-boss';

const Boss = timecodeBoss.default?.default ?? timecodeBoss.default;
const frames = Object.fromEntries(
  ['01:00:00;00', '01:00:00:00'].map((text) => [
    text,
    {
      'smpte-timecode': new SmpteTimecode(text, 29.97).frameCount,
      'timecode-boss': new Boss(text, 29.97).frameCount(),
      timecode: Timecode.init({ framerate: '29.97', timecode: text }).frame_count,
    },
  ]),
);
console.table(frames);
assert.deepEqual(frames, {
  '01:00:00;00': { 'smpte-timecode': 107_892, 'timecode-boss': 107_892, timecode: 108_000 },
  '01:00:00:00': { 'smpte-timecode': 108_000, 'timecode-boss': 107_892, timecode: 108_000 },
});
PROBE
node probe.mjs
