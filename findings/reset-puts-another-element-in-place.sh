#!/usr/bin/env bash
# video.js 8.24.1
# One would guess: a player that is reset plays the next title in the same element, and tells that the last one is paused.
# Seen: the element is another one, and the old one, which played, has told no `pause`: it reads 0 in all that it tells.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
# Needs Debian's chromium and ffmpeg.
npm install --silent --no-audit --no-fund --prefix . video.js@8.24.1 playwright-core@1.65.1
ffmpeg -v error -f lavfi -i testsrc2=size=160x90:rate=10:duration=20 -f lavfi -i sine=duration=20:sample_rate=22050 \
  -c:v libx264 -preset ultrafast -profile:v baseline -pix_fmt yuv420p -g 20 -keyint_min 20 -sc_threshold 0 -c:a aac -ac 1 film.mp4
cat >probe.mjs <<'PROBE'
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const page = `<!doctype html><video muted></video><script src="/node_modules/video.js/dist/video.js"></script>`;
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
  const player = videojs(video, { muted: true });
  const told = [];
  player.src({ src: '/film.mp4', type: 'video/mp4' });
  await until(() => video.readyState >= 3);
  await player.play();
  await until(() => video.currentTime > 1);
  for (const type of ['pause', 'emptied', 'timeupdate']) {
    video.addEventListener(type, () => told.push([type, video.currentTime]));
  }
  player.reset();
  await until(() => told.length > 1);
  return { isSame: player.el().querySelector('video') === video, told };
});
await browser.close();
server.close();
console.log(JSON.stringify(seen));
assert.deepEqual(seen, { isSame: false, told: [['emptied', 0], ['timeupdate', 0]] });
PROBE
node probe.mjs
