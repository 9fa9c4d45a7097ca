#!/usr/bin/env bash
# video.js 8.24.1
# One would guess: with `preload: auto` the metadata of a stream come by themselves, as an app waits for them before it goes to a place.
# Seen: they do for a film; of a playlist that is still made nothing comes before `play()`: whoever waits for `loadedmetadata` first waits for ever.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
# Needs Debian's chromium and ffmpeg.
npm install --silent --no-audit --no-fund --prefix . video.js@8.24.1 playwright-core@1.65.1
ffmpeg -v error -f lavfi -i testsrc2=size=160x90:rate=10:duration=20 -f lavfi -i sine=duration=20:sample_rate=22050 \
  -c:v libx264 -preset ultrafast -profile:v baseline -pix_fmt yuv420p -g 20 -keyint_min 20 -sc_threshold 0 -c:a aac -ac 1 film.mp4
ffmpeg -v error -i film.mp4 -c copy -f hls -hls_time 2 -hls_playlist_type vod -hls_segment_filename '%d.ts' film.m3u8
sed 's/:VOD/:EVENT/; /ENDLIST/d' film.m3u8 >made.m3u8
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
  const hasMetadata = async (src) => {
    const element = document.createElement('video');
    element.muted = true;
    document.body.append(element);
    const player = videojs(element, { preload: 'auto', html5: { vhs: { overrideNative: true } } });
    let isThere = false;
    player.on('loadedmetadata', () => (isThere = true));
    player.src({ src, type: 'application/x-mpegURL' });
    const end = performance.now() + 5_000;
    await until(() => isThere || performance.now() > end);
    return isThere;
  };
  return { film: await hasMetadata('/film.m3u8'), made: await hasMetadata('/made.m3u8') };
});
await browser.close();
server.close();
console.log(JSON.stringify(seen));
assert.deepEqual(seen, { film: true, made: false });
PROBE
node probe.mjs
