#!/usr/bin/env bash
# music-metadata 11.16.1 beside Debian's ffmpeg 5.1
# One would guess: three chapters of an audio book are three, in an MP3 and in an M4B, wherever the index of the M4B stands.
# Seen: three in the MP3, in seconds; in the M4B one, in thousandths, as they share a chunk; none with the index behind the sound, as ffmpeg writes it.
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
import { writeFileSync } from 'node:fs';
import { parseFile } from 'music-metadata';

const marks = [0, 5500, 12_250, 20_000];
const chapters = marks.slice(1).map((end, i) => `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${marks[i]}\nEND=${end}\ntitle=part ${i}\n`);
writeFileSync('chapters', `;FFMETADATA1\n${chapters.join('')}`);
const run = (tool, ...args) => execFileSync(tool, ['-v', 'error', ...args]);
const source = ['-f', 'lavfi', '-i', 'sine=d=20:r=44100', '-i', 'chapters', '-map', '0', '-map_chapters', '1'];
run('ffmpeg', ...source, '-c:a', 'libmp3lame', 'book.mp3');
run('ffmpeg', ...source, '-c:a', 'aac', '-movflags', '+faststart', 'front.m4b');
run('ffmpeg', ...source, '-c:a', 'aac', 'behind.m4b');
const told = {};
for (const file of ['book.mp3', 'front.m4b', 'behind.m4b']) {
  const { format } = await parseFile(file, { includeChapters: true, duration: true });
  const shown = JSON.parse(run('ffprobe', '-show_chapters', '-of', 'json', file)).chapters;
  told[file] = { ffprobe: shown.length, 'music-metadata': format.chapters?.length, timeScale: format.chapters?.[0].timeScale };
}
console.table(told);
assert.deepEqual(told, {
  'book.mp3': { ffprobe: 3, 'music-metadata': 3, timeScale: undefined },
  'front.m4b': { ffprobe: 3, 'music-metadata': 1, timeScale: 1000 },
  'behind.m4b': { ffprobe: 3, 'music-metadata': undefined, timeScale: undefined },
});
PROBE
node probe.mjs
