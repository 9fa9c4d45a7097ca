#!/usr/bin/env bash
# hls.js 1.7.4
# One would guess: the element of a film tells `ended` once, at the end of the film, and a length of the film.
# Seen: an interstitial plays in the same element, by default: in the middle of the film of 20 s the element tells that it has ended, at 4 of 4 s; the metadata of the advertisement come with the length of the film.
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
ffmpeg -v error -t 4 -i film.mp4 -c copy -f hls -hls_time 2 -hls_playlist_type vod -hls_segment_filename 'ad%d.ts' ad.m3u8
date='#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z'
ad='#EXT-X-DATERANGE:ID="ad",CLASS="com.apple.hls.interstitial",START-DATE="2026-01-01T00:00:02Z",DURATION=4,X-ASSET-URI="/ad.m3u8",X-RESUME-OFFSET=0'
sed -i "s|^#EXT-X-PLAYLIST-TYPE|$date\n$ad\n&|" film.m3u8
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
  const told = [];
  for (const type of ['loadedmetadata', 'ended']) {
    video.addEventListener(type, () => {
      const { currentTime, duration } = video;
      told.push([type, Math.round(currentTime), Math.round(duration), Math.round(hls.interstitialsManager.primary.currentTime)]);
    });
  }
  await video.play();
  await until(() => told.some(([type]) => type === 'ended') && video.currentTime > 2.3 && video.duration > 15);
  // What, where the element is, its length, and where the film is.
  return told;
});
await browser.close();
server.close();
console.log(JSON.stringify(seen));
assert.deepEqual(seen, [
  ['loadedmetadata', 0, 20, 2],
  ['ended', 4, 4, 2],
  ['loadedmetadata', 0, 20, 2],
]);
PROBE
node probe.mjs
