#!/usr/bin/env bash
# @iptv/xtream-api 1.4.1
# One would guess: a programme comes with its start as unix seconds and as text in the zone of the server; the Date that is told is the moment of the former.
# Seen: the text is read in the zone of the machine that asks, and the seconds are not used: in New York a programme of Berlin begins six hours late.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @iptv/xtream-api@1.4.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Xtream } from '@iptv/xtream-api';
import { standardizedSerializer } from '@iptv/xtream-api/standardized';

// 10:00 in Berlin is 09:00 UTC.
const listing = { id: '1', epg_id: '1', channel_id: 'a', lang: 'en', title: btoa('News'), description: '', now_playing: 0, has_archive: 1 };
const times = { start: '2026-02-03 10:00:00', end: '2026-02-03 11:00:00', start_timestamp: '1770109200', stop_timestamp: '1770112800' };
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ epg_listings: [{ ...listing, ...times }] }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;
const client = new Xtream({ url, username: 'someone', password: 'secret', serializer: standardizedSerializer });
const told = {};
for (const zone of ['Europe/Berlin', 'America/New_York']) {
  process.env.TZ = zone;
  const [{ start }] = await client.getFullEPG({ channelId: '1' });
  told[zone] = start.toISOString();
}
server.close();
console.log({ ...told, seconds: new Date(Number(times.start_timestamp) * 1000).toISOString() });
assert.deepEqual(told, { 'Europe/Berlin': '2026-02-03T09:00:00.000Z', 'America/New_York': '2026-02-03T15:00:00.000Z' });
PROBE
node probe.mjs
