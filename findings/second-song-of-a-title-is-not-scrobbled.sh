#!/usr/bin/env bash
# lastfm 0.9.4
# One would guess: two songs with the same title, of two artists, one after the other, are two events of the stream of recent tracks; so is a song that is played twice.
# Seen: one event: a song is told from the last one by its title alone, neither by the artist nor by the moment it was played.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . lastfm@0.9.4
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { LastFmNode } from 'lastfm';

const plays = [['Intro', 'First', 1], ['Intro', 'Second', 2], ['Song', 'Second', 3], ['Song', 'Second', 4]];
const recent = plays.map(([name, artist, uts]) => ({ name, artist: { '#text': artist }, date: { uts: String(uts) } }));
let next = 0;
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ recenttracks: { track: recent[next++] } }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
let answered;
class Client extends LastFmNode {
  request(...args) {
    const request = super.request(...args);
    answered = once(request, 'success');
    return request;
  }
}
const client = new Client({ api_key: 'key', secret: 'secret', host: '127.0.0.1', port: server.address().port });
const stream = client.stream('someone');
const told = [];
for (const kind of ['lastPlayed', 'scrobbled']) stream.on(kind, ({ name, artist }) => told.push(`${kind}: ${artist['#text']} - ${name}`));
for (const _ of plays) {
  stream.start(); // asks at once, and every ten seconds from then on
  stream.stop();
  await answered;
}
server.close();
console.log(told, `${next} answers`);
assert.equal(next, plays.length);
assert.deepEqual(told, ['lastPlayed: First - Intro', 'scrobbled: Second - Song']);
PROBE
node probe.mjs
