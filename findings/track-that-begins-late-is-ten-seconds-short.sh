#!/usr/bin/env bash
# mediainfo.js 0.3.8 beside Debian's ffmpeg 5.1
# One would guess: where picture and sound of a Matroska file begin at 10 s and end at 30 s, each lasts 20 s, and the file 20 or 30 s.
# Seen: the picture lasts 10 s, although its 500 pictures at 25 a second are there, and the sound about as long; the file lasts 30 s, with ffprobe too.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
for tool in ffmpeg ffprobe; do
  command -v "$tool" >/dev/null || { echo "needs $tool: apt-get install ffmpeg" >&2; exit 1; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . mediainfo.js@0.3.8
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import openMediaInfo from 'mediainfo.js';

const run = (tool, ...args) => execFileSync(tool, ['-v', 'error', ...args]);
const source = ['-f', 'lavfi', '-i', 'testsrc=s=64x36:r=25:d=20', '-f', 'lavfi', '-i', 'sine=d=20:r=44100'];
run('ffmpeg', '-threads', '1', ...source, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', 'film.mp4');
run('ffmpeg', '-i', 'film.mp4', '-c', 'copy', '-output_ts_offset', '10', 'late.mkv');
const bytes = readFileSync('late.mkv');
const mediaInfo = await openMediaInfo({ format: 'object' });
const { media } = await mediaInfo.analyzeData(() => bytes.length, (size, offset) => bytes.subarray(offset, offset + size));
mediaInfo.close();
const [file, picture, sound] = media.track.map(({ Duration }) => Math.round(Number(Duration)));
const shown = run('ffprobe', '-count_packets', '-show_entries', 'format=duration:stream=nb_read_packets', '-of', 'json', 'late.mkv');
const { format, streams } = JSON.parse(shown);
const told = { file, picture, sound, ffprobe: Number(format.duration), pictures: Number(streams[0].nb_read_packets) };
console.log(told);
assert.deepEqual(told, { file: 30, picture: 10, sound: 10, ffprobe: 30, pictures: 500 });
PROBE
node probe.mjs
