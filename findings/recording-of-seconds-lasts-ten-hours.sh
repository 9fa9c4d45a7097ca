#!/usr/bin/env bash
# mediabunny 1.61.0 beside mediainfo.js 0.3.8 and Debian's ffmpeg 5.1
# One would guess: a recording of 20 s off the air, whose clock stands at ten hours when it begins, lasts 20 s.
# Seen: computeDuration of mediabunny is the time of its end, 10 hours and 20 s; ffprobe and mediainfo.js say 20 s.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
for tool in ffmpeg ffprobe; do
  command -v "$tool" >/dev/null || { echo "needs $tool: apt-get install ffmpeg" >&2; exit 1; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . mediabunny@1.61.0 mediainfo.js@0.3.8
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import openMediaInfo from 'mediainfo.js';

const source = ['-f', 'lavfi', '-i', 'testsrc=s=64x36:r=25:d=20', '-c:v', 'libx264', '-preset', 'ultrafast'];
execFileSync('ffmpeg', ['-v', 'error', '-threads', '1', ...source, '-output_ts_offset', '36000', 'recording.ts']);
const bytes = readFileSync('recording.ts');
const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
const mediaInfo = await openMediaInfo({ format: 'object' });
const { media } = await mediaInfo.analyzeData(() => bytes.length, (size, offset) => bytes.subarray(offset, offset + size));
mediaInfo.close();
const ffprobe = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', 'recording.ts']);
const told = {
  computeDuration: await input.computeDuration(),
  begins: await input.getFirstTimestamp(),
  'mediainfo.js': Number(media.track[0].Duration),
  ffprobe: Number(ffprobe),
};
console.log(told);
assert.ok(told.computeDuration > 36_019 && Math.abs(told.computeDuration - told.begins - 20) < 0.1);
assert.ok(Math.abs(told['mediainfo.js'] - 20) < 0.5 && Math.abs(told.ffprobe - 20) < 0.5);
PROBE
node probe.mjs
