#!/usr/bin/env bash
# trakt.tv 8.2.0
# One would guess: a client that is signed in says so with every call, so that a server may answer with what this person knows.
# Seen: films, shows, episodes and searches are asked for without the token, also after the sign-in; progress of a show and /sync have it.
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

const seen = [];
const server = createServer((request, response) => {
  seen.push([request.url.split('?')[0], request.headers.authorization]);
  response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const trakt = new Trakt({ client_id: 'id', client_secret: 'secret', api_url: `http://127.0.0.1:${server.address().port}` });
await trakt.import_token({ access_token: 'token', refresh_token: 'token', expires: Date.now() + 3_600_000 });
await trakt.sync.watched({ type: 'movies' });
await trakt.shows.progress.watched({ id: 'a-show' });
await trakt.movies.summary({ id: 'a-film' });
await trakt.shows.summary({ id: 'a-show' });
await trakt.seasons.summary({ id: 'a-show' });
await trakt.episodes.summary({ id: 'a-show', season: 1, episode: 2 });
await trakt.search.text({ type: 'movie', query: 'a film' });
await trakt.search.id({ id_type: 'imdb', id: 'tt1' });
server.close();
console.log(seen.map(([path, token]) => `${path} ${token ?? 'without a token'}`).join('\n'));
assert.deepEqual(seen, [
  ['/sync/watched/movies', 'Bearer token'],
  ['/shows/a-show/progress/watched', 'Bearer token'],
  ['/movies/a-film', undefined],
  ['/shows/a-show', undefined],
  ['/shows/a-show/seasons', undefined],
  ['/shows/a-show/seasons/1/episodes/2', undefined],
  ['/search/movie', undefined],
  ['/search/imdb/tt1', undefined],
]);
PROBE
node probe.mjs
