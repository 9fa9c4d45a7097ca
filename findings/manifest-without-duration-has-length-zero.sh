#!/usr/bin/env bash
# mpd-parser 1.4.0
# One would guess: a static DASH manifest whose periods all have a duration is as long as these together; mediaPresentationDuration is optional there.
# Seen: its duration is 0, while the segments that are made of the same periods add up to 100 s.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . mpd-parser@1.4.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { parse } from 'mpd-parser';

const period = (id, duration) => `<Period id="${id}" duration="${duration}"><AdaptationSet mimeType="video/mp4">
  <SegmentTemplate media="${id}-$Number$.m4s" initialization="${id}.mp4" duration="4" startNumber="1"/>
  <Representation id="v" bandwidth="1000000" width="640" height="360" codecs="avc1.4d401f"/>
  </AdaptationSet></Period>`;
const manifest = `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
  profiles="urn:mpeg:dash:profile:isoff-live:2011">${period('a', 'PT40S')}${period('b', 'PT60S')}</MPD>`;
const { duration, playlists } = parse(manifest, { manifestUri: 'http://127.0.0.1/' });
const segments = playlists[0].segments.reduce((sum, segment) => sum + segment.duration, 0);
console.log(JSON.stringify({ duration, segments }));
assert.deepEqual({ duration, segments }, { duration: 0, segments: 100 });
PROBE
node probe.mjs
