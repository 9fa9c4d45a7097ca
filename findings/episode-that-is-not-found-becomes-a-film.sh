#!/usr/bin/env bash
# trakt.tv 8.2.0, trakt.tv-matcher 8.0.2
# One would guess: a file that is read as season 1, episode 2 is that episode or nothing: if its show is not found, nothing is matched.
# Seen: its title is searched among films then, and the first one is the answer if three letters each of most of its words occur in the name.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . trakt.tv@8.2.0 trakt.tv-matcher@8.0.2
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Trakt from 'trakt.tv';
import matcher from 'trakt.tv-matcher';

const asked = [];
const film = { title: 'The Mad Upstart', year: 1999, ids: { trakt: 1, slug: 'the-mad-upstart-1999' } };
const server = createServer((request, response) => {
  const isSearch = request.url.startsWith('/search/movie');
  asked.push(request.url.split('?')[0]);
  response.writeHead(isSearch ? 200 : 404, { 'content-type': 'application/json' });
  response.end(isSearch ? JSON.stringify([{ type: 'movie', score: 1, movie: film }]) : '{}');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const api_url = `http://127.0.0.1:${server.address().port}`;
const trakt = new Trakt({ client_id: 'id', client_secret: 'secret', api_url, plugins: { matcher } });
const { type, movie, episode } = await trakt.matcher.match({ filename: 'The.Made.Up.Show.S01E02.720p.mkv' });
server.close();
console.log({ asked, type, title: movie?.title, episode });
assert.deepEqual(asked, ['/shows/the-made-up-show', '/search/movie']);
assert.deepEqual([type, movie.title, episode], ['movie', 'The Mad Upstart', undefined]);
PROBE
node probe.mjs
