#!/usr/bin/env bash
# epg-parser 0.5.0, @iptv/xmltv 1.0.1
# One would guess: XMLTV says that a time without a zone is UTC and may end early, at the minute: 10:00 is 10:00.
# Seen: epg-parser tells no time, and of 10:00 +0100 one that is an hour and a second late; @iptv/xmltv cuts the last five digits off as a zone: 01:00, or two days before.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . epg-parser@0.5.0 @iptv/xmltv@1.0.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { parseXmltv } from '@iptv/xmltv';

const epgParser = createRequire(import.meta.url)('epg-parser');
const starts = ['20260203100000 +0000', '20260203100000', '202602031000', '202602031000 +0100'];
const told = starts.map((start) => {
  const guide = `<?xml version="1.0"?><tv><channel id="a"><display-name>A</display-name></channel>
    <programme start="${start}" channel="a"><title>News</title></programme></tv>`;
  return [start, epgParser.parse(guide).programs[0].start, parseXmltv(guide).programmes[0].start.toISOString()];
});
console.table(told);
assert.deepEqual(told, [
  [starts[0], '2026-02-03T10:00:00.000Z', '2026-02-03T10:00:00.000Z'],
  [starts[1], null, '2026-02-03T01:00:00.000Z'],
  [starts[2], null, '2026-02-01T00:00:00.000Z'],
  [starts[3], '2026-02-03T10:00:01.000Z', '2026-02-03T09:00:00.000Z'],
]);
PROBE
node probe.mjs
