#!/usr/bin/env bash
# lrc-kit 1.2.1, @applemusic-like-lyrics/lyric 1.1.0 and Debian's ffmpeg 5.1
# One would guess: an offset of +500 in an LRC file lets its lines appear 500 ms sooner, as the format is described: the line of 10 s at 9.5 s.
# Seen: lrc-kit shows it at 10.5 s, @applemusic-like-lyrics/lyric at 10 s, and ffprobe takes the 500 for millionths: 9.9995 s.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
command -v ffprobe >/dev/null || { echo 'needs ffprobe: apt-get install ffmpeg' >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . lrc-kit@1.2.1 @applemusic-like-lyrics/lyric@1.1.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseLrc } from '@applemusic-like-lyrics/lyric';
import lrcKit from 'lrc-kit';

const lyrics = '[offset:+500]\n[00:10.00]one\n[00:20.00]two\n';
writeFileSync('lyrics.lrc', lyrics);
const runner = new lrcKit.Runner(lrcKit.Lrc.parse(lyrics));
let shownAt = 9;
for (runner.timeUpdate(shownAt); runner.curIndex() !== 0; runner.timeUpdate(shownAt)) shownAt += 0.125;
const probed = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', 'lyrics.lrc']);
const told = {
  'lrc-kit': shownAt,
  '@applemusic-like-lyrics/lyric': parseLrc(lyrics)[0].startTime / 1000,
  ffprobe: Number(probed.toString().split('\n')[0]),
};
console.log(told);
assert.deepEqual(told, { 'lrc-kit': 10.5, '@applemusic-like-lyrics/lyric': 10, ffprobe: 9.9995 });
PROBE
node probe.mjs
