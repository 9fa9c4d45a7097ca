#!/usr/bin/env bash
# trakt.tv 8.2.0
# One would guess: while a person types the code, a poll that the server cannot answer for a moment (503) is asked again, as other calls of this client are.
# Seen: it ends the sign-in at once, though the code is good for ten minutes and confirmed a second later; so does a 429 to a poll that came too early.
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

const tokens = { access_token: 'a', refresh_token: 'r', token_type: 'bearer', scope: 'public', expires_in: 7_776_000, created_at: Math.floor(Date.now() / 1_000) };
let answers = [];
const server = createServer((request, response) => {
  request.resume();
  const status = answers.shift() ?? 200;
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '1' } : {}) });
  response.end(status === 200 ? JSON.stringify(tokens) : '{}');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const trakt = new Trakt({ client_id: 'id', client_secret: 'secret', api_url: `http://127.0.0.1:${server.address().port}` });

async function signIn(first) {
  answers = first;
  const code = { device_code: 'd', user_code: 'u', verification_url: 'http://127.0.0.1', expires_in: 600, interval: 1 };
  try {
    return (await trakt.poll_access(code)).access_token;
  } catch (error) {
    return `ended: ${error.response?.statusCode ?? error.message}`;
  }
}
const seen = { pending: await signIn([400, 400]), unavailable: await signIn([400, 503]), tooFast: await signIn([400, 429]) };
server.close();
console.log(JSON.stringify(seen));
assert.equal(seen.pending, 'a');
assert.match(seen.unavailable, /^ended/);
assert.match(seen.tooFast, /^ended/);
PROBE
node probe.mjs
