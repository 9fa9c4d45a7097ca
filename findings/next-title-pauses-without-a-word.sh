#!/usr/bin/env bash
# shaka-player 5.2.12
# One would guess: a title that plays is paused with `pause`, or the next one that is loaded over it plays on.
# Seen: the element is paused, at 0, and has told neither `pause` nor `ended`: who waits for one of them never writes where the first title was.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
# Needs Debian's chromium and ffmpeg.
npm install --silent --no-audit --no-fund --prefix . shaka-player@5.2.12 playwright-core@1.65.1
ffmpeg -v error -f lavfi -i testsrc2=size=160x90:rate=10:duration=20 -f lavfi -i sine=duration=20:sample_rate=22050 \
  -c:v libx264 -preset ultrafast -profile:v baseline -pix_fmt yuv420p -g 20 -keyint_min 20 -sc_threshold 0 -c:a aac -ac 1 film.mp4
ffmpeg -v error -i film.mp4 -c copy -f hls -hls_time 2 -hls_playlist_type vod -hls_segment_filename '%d.ts' film.m3u8
cp film.m3u8 next.m3u8
cat >probe.mjs <<'PROBE'
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const page = `<!doctype html><video muted></video><script src="/node_modules/shaka-player/dist/shaka-player.compiled.js"></script>`;
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
  shaka.polyfill.installAll();
  const player = new shaka.Player();
  await player.attach(video);
  await player.load('/film.m3u8');
  await video.play();
  await until(() => video.currentTime > 2);
  const told = [];
  for (const type of ['pause', 'ended', 'emptied']) {
    video.addEventListener(type, () => told.push([type, video.currentTime]));
  }
  await player.load('/next.m3u8');
  await until(() => video.readyState >= 3);
  return { told, isPaused: video.paused };
});
await browser.close();
server.close();
console.log(JSON.stringify(seen));
assert.equal(seen.isPaused, true);
assert.deepEqual([...new Set(seen.told.map(String))], ['emptied,0']);
PROBE
node probe.mjs
