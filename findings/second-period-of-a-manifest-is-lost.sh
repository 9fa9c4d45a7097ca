#!/usr/bin/env bash
# dasha 3.1.9, mpd-parser 1.4.0
# One would guess: where periods have a start and no duration, a period ends where the next one starts, so 100 s are told as 100 s.
# Seen: dasha tells the first period alone, for all of the 100 s; mpd-parser runs each to the end of its own 100 s, 200 s in all, so two segments stand at second 96.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . dasha@3.1.9 mpd-parser@1.4.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { parse as readWithDasha } from 'dasha';
import { parse as readWithMpdParser } from 'mpd-parser';

const period = (id, start) => `<Period id="${id}" start="${start}"><AdaptationSet contentType="video" mimeType="video/mp4">
  <SegmentTemplate media="${id}-$Number$.m4s" initialization="${id}.mp4" duration="4" startNumber="1"/>
  <Representation id="v" bandwidth="1000000" width="640" height="360" codecs="avc1.4d401f"/>
  </AdaptationSet></Period>`;
const manifest = `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1M40S"
  profiles="urn:mpeg:dash:profile:isoff-live:2011">${period('a', 'PT0S')}${period('b', 'PT40S')}</MPD>`;

const fromDasha = await readWithDasha(manifest, 'http://127.0.0.1/m.mpd');
const addresses = fromDasha.tracks.all.flatMap(({ segments }) => segments.map(({ url }) => url)).filter((url) => url.endsWith('.m4s'));
const dasha = { segments: addresses.length, ofSecond: addresses.filter((url) => url.includes('/b-')).length };

const { segments } = readWithMpdParser(manifest, { manifestUri: 'http://127.0.0.1/m.mpd' }).playlists[0];
const mpdParser = {
  seconds: segments.reduce((sum, { duration }) => sum + duration, 0),
  atSecond96: segments.filter(({ presentationTime }) => presentationTime === 96).map(({ uri }) => uri),
};
console.log(JSON.stringify({ dasha, mpdParser }));
assert.deepEqual(dasha, { segments: 25, ofSecond: 0 });
assert.deepEqual(mpdParser, { seconds: 200, atSecond96: ['a-25.m4s', 'b-15.m4s'] });
PROBE
node probe.mjs
