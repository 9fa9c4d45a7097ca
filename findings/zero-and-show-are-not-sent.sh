#!/usr/bin/env bash
# trakt.tv 8.2.0
# One would guess: what is given to a call is sent: a pause at the very beginning has progress 0, an episode by its numbers has its show.
# Seen: both are left out without a word, and so are seasons: the server is told "episode 2 of season 1" of no show, and a pause at no place.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . trakt.tv@8.2.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Trakt from 'trakt.tv';

const bodies = [];
const server = createServer(async (request, response) => {
  bodies.push([request.url, JSON.parse(Buffer.concat(await request.toArray()).toString())]);
  response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const trakt = new Trakt({ client_id: 'id', client_secret: 'secret', api_url: `http://127.0.0.1:${server.address().port}` });
await trakt.import_token({ access_token: 'token', refresh_token: 'token', expires: Date.now() + 3_600_000 });
const ids = { tmdb: 1 };
await trakt.scrobble.pause({ movie: { ids }, progress: 12.5 });
await trakt.scrobble.pause({ movie: { ids }, progress: 0 });
await trakt.scrobble.start({ show: { ids }, episode: { season: 1, number: 2 }, progress: 10 });
await trakt.sync.watchlist.add({ shows: [{ ids }], seasons: [{ ids }] });
server.close();
console.log(bodies.map(([url, body]) => `${url} ${JSON.stringify(body)}`).join('\n'));
assert.deepEqual(bodies, [
  ['/scrobble/pause', { movie: { ids }, progress: 12.5 }],
  ['/scrobble/pause', { movie: { ids } }],
  ['/scrobble/start', { episode: { season: 1, number: 2 }, progress: 10 }],
  ['/sync/watchlist', { shows: [{ ids }] }],
]);
PROBE
node probe.mjs
