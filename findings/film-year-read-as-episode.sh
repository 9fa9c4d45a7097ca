#!/usr/bin/env bash
# @ctrl/video-filename-parser 5.4.1
# One would guess: a parser of file names tells a film from an episode, or finds no episode in a film's name.
# Seen: it has to be told beforehand. Told that it is a series, a film's year becomes season and episode: 1917 (2019) is S20E19.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @ctrl/video-filename-parser@5.4.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { filenameParse } from '@ctrl/video-filename-parser';

const names = ['1917.2019.2160p.UHD.BluRay', '300.2006.1080p', 'Se7en.1995.1080p'];
const asSeries = names.map((name) => {
  const { title, isTv, seasons, episodeNumbers } = filenameParse(name, true);
  return { title, isTv, seasons, episodeNumbers };
});
// And the other way: without being told, an episode is a film whose title is the whole name.
const asFilm = filenameParse('Show.S02E05E06.720p', false).title;
console.log(JSON.stringify({ asSeries, asFilm }, null, 1));
assert.deepEqual(asSeries, [
  { title: '1917', isTv: true, seasons: [20], episodeNumbers: [19] },
  { title: '300', isTv: true, seasons: [20], episodeNumbers: [6] },
  { title: 'Se7en', isTv: true, seasons: [19], episodeNumbers: [95] },
]);
assert.equal(asFilm, 'Show S02E05E06');
PROBE
node probe.mjs
