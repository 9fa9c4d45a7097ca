#!/usr/bin/env bash
# trakt.tv 8.2.0, trakt.tv-ondeck 8.1.0
# One would guess: if the progress of one of two shows cannot be read, the call fails, or the answer says which show is missing.
# Seen: that show is left out, as one that was watched to its end is, and last_watched says that the list is up to date, so it is not asked for again.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . trakt.tv@8.2.0 trakt.tv-ondeck@8.1.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Trakt from 'trakt.tv';
import ondeck from 'trakt.tv-ondeck';

const moment = '2026-02-03T10:00:00.000Z';
const at = { watched_at: moment };
const show = (slug) => ({ plays: 1, last_watched_at: moment, show: { title: slug, ids: { trakt: slug.length, slug } } });
const answers = {
  '/sync/last_activities': { all: moment, episodes: at, seasons: at, shows: at },
  '/sync/watched/shows': [show('one'), show('other')],
  '/shows/one/progress/watched': { aired: 3, completed: 1, next_episode: { season: 1, number: 2 } },
};
const asked = [];
const server = createServer((request, response) => {
  const path = request.url.split('?')[0];
  const isLost = path === '/shows/other/progress/watched';
  asked.push(path);
  response.writeHead(isLost ? 403 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[path] ?? []));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const api_url = `http://127.0.0.1:${server.address().port}`;
const trakt = new Trakt({ client_id: 'id', client_secret: 'secret', api_url, plugins: { ondeck } });
await trakt.import_token({ access_token: 'token', refresh_token: 'token', expires: Date.now() + 3_600_000 });
const list = await trakt.ondeck.getAll();
const before = asked.length;
const again = await trakt.ondeck.updateOne(list, 'other');
server.close();
const slugs = ({ shows }) => shows.map((entry) => entry.show.ids.slug);
const told = { list: slugs(list), last_watched: list.last_watched, again: slugs(again), askedAgain: asked.slice(before) };
console.log(told);
assert.ok(asked.includes('/shows/other/progress/watched'));
assert.deepEqual(told, { list: ['one'], last_watched: moment, again: ['one'], askedAgain: ['/sync/last_activities'] });
PROBE
node probe.mjs
