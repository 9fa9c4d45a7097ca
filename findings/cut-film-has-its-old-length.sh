#!/usr/bin/env bash
# music-metadata 11.16.1 beside Debian's ffmpeg 5.1
# One would guess: the length of an MP4 is that of what is shown: 13 s of a film of 20 s that was cut without encoding it anew.
# Seen: ffprobe says 13 s, music-metadata 20 s: it counts what the file holds and leaves the edit list unread, so the end is never reached.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
for tool in ffmpeg ffprobe; do
  command -v "$tool" >/dev/null || { echo "needs $tool: apt-get install ffmpeg" >&2; exit 1; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . music-metadata@11.16.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { parseFile } from 'music-metadata';

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-threads', '1', ...args]);
const source = ['-f', 'lavfi', '-i', 'testsrc=s=64x36:r=25:d=20', '-f', 'lavfi', '-i', 'sine=d=20:r=44100'];
ffmpeg(...source, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '500', '-bf', '0', '-c:a', 'aac', 'film.mp4');
ffmpeg('-ss', '7', '-i', 'film.mp4', '-c', 'copy', 'cut.mp4');
const probe = (file) => Number(execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]));
const told = {};
for (const file of ['film.mp4', 'cut.mp4']) {
  const { duration } = (await parseFile(file, { duration: true })).format;
  told[file] = { ffprobe: Math.round(probe(file)), 'music-metadata': Math.round(duration) };
}
console.table(told);
assert.deepEqual(told, {
  'film.mp4': { ffprobe: 20, 'music-metadata': 20 },
  'cut.mp4': { ffprobe: 13, 'music-metadata': 20 },
});
PROBE
node probe.mjs
