#!/usr/bin/env bash
# mediabunny 1.61.0, music-metadata 11.16.1 and Debian's ffmpeg 5.1
# One would guess: the length of an MP3 of varying bit rate without a Xing header is counted, or told as unknown.
# Seen: one file of 20 s: ffprobe and the quick way of mediabunny guess by a bit rate and are seconds off in both directions, music-metadata is silent.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
for tool in ffmpeg ffprobe; do
  command -v "$tool" >/dev/null || { echo "needs $tool: apt-get install ffmpeg" >&2; exit 1; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . mediabunny@1.61.0 music-metadata@11.16.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { parseFile } from 'music-metadata';

// Ten quiet seconds, then ten loud ones: the frames grow.
const sources = ['sine=d=10:r=44100', 'anoisesrc=d=10:r=44100:a=0.9:seed=1'].flatMap((source) => ['-f', 'lavfi', '-i', source]);
const encode = ['-filter_complex', '[0][1]concat=n=2:v=0:a=1', '-c:a', 'libmp3lame', '-q:a', '0', '-write_xing', '0'];
execFileSync('ffmpeg', ['-v', 'error', ...sources, ...encode, 'episode.mp3']);
const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(readFileSync('episode.mp3')) });
const told = {
  counted: await input.computeDuration(),
  'music-metadata, counting': (await parseFile('episode.mp3', { duration: true })).format.duration,
  'music-metadata': (await parseFile('episode.mp3')).format.duration,
  mediabunny: await input.getDurationFromMetadata(),
  ffprobe: Number(execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', 'episode.mp3'])),
};
console.log(told);
assert.ok(Math.abs(told.counted - 20) < 0.1 && Math.abs(told['music-metadata, counting'] - 20) < 0.1);
assert.equal(told['music-metadata'], undefined);
assert.ok(told.mediabunny < 12 && told.ffprobe > 24);
PROBE
node probe.mjs
