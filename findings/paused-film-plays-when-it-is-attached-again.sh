#!/usr/bin/env bash
# hls.js 1.7.4
# One would guess: a film that is paused, taken off its element and put on again is still paused.
# Seen: it plays, without a word of the app. `play` comes first, while the element still reads 0: who stores places there stores 0.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
# Needs Debian's chromium and ffmpeg.
npm install --silent --no-audit --no-fund --prefix . hls.js@1.7.4 playwright-core@1.65.1
ffmpeg -v error -f lavfi -i testsrc2=size=160x90:rate=10:duration=20 -f lavfi -i sine=duration=20:sample_rate=22050 \
  -c:v libx264 -preset ultrafast -profile:v baseline -pix_fmt yuv420p -g 20 -keyint_min 20 -sc_threshold 0 -c:a aac -ac 1 film.mp4
ffmpeg -v error -i film.mp4 -c copy -f hls -hls_time 2 -hls_playlist_type vod -hls_segment_filename '%d.ts' film.m3u8
cat >probe.mjs <<'PROBE'
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const page = `<!doctype html><video muted></video><script src="/node_modules/hls.js/dist/hls.js"></script>`;
const server = createServer(({ url }, answer) => {
  try {
    answer.end(url === '/' ? page : readFileSync(`.${url}`));
  } catch {
    answer.writeHead(404).end();
  }
}).listen(0);
const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
const args = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'];
const browser = await chromium.launch({ executablePath, args });
const tab = await browser.newPage();
await tab.goto(`http://127.0.0.1:${server.address().port}/`);
const seen = await tab.evaluate(async () => {
  const video = document.querySelector('video');
  const until = async (holds) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const hls = new Hls();
  hls.attachMedia(video);
  hls.loadSource('/film.m3u8');
  await until(() => video.readyState >= 3);
  await video.play();
  await until(() => video.currentTime > 2);
  video.pause();
  hls.detachMedia();
  await until(() => video.readyState === 0);
  const before = video.paused;
  const told = [];
  video.addEventListener('play', () => told.push(video.currentTime));
  hls.attachMedia(video);
  await until(() => video.currentTime > 2.5);
  return { before, after: video.paused, told };
});
await browser.close();
server.close();
console.log(JSON.stringify(seen));
assert.deepEqual(seen, { before: true, after: false, told: [0] });
PROBE
node probe.mjs
