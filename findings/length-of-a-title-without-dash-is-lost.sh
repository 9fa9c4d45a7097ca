#!/usr/bin/env bash
# playlist-parser 0.0.12
# One would guess: the length of an entry of an extended M3U does not depend on how its title is written.
# Seen: only "artist - title" with whole seconds has one: for any other title, and for seconds with a fraction, the length is 0 and stands in the title.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . playlist-parser@0.0.12
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import parsers from 'playlist-parser';

const lines = ['5400,Somebody - A talk', '5400,A film', '5400.5,Somebody - A talk'];
const told = lines.map((line) => {
  const [{ length, title }] = parsers.M3U.parse(`#EXTM3U\n#EXTINF:${line}\na.mp4\n`);
  return { length, title };
});
console.log(JSON.stringify(told));
assert.deepEqual(told, [
  { length: '5400', title: 'A talk' },
  { length: 0, title: '5400,A film' },
  { length: 0, title: '5400.5,Somebody - A talk' },
]);
PROBE
node probe.mjs
