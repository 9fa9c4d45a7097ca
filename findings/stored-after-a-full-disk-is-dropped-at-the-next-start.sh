#!/usr/bin/env bash
# Chromium 156 (Debian)
# One would guess: what IndexedDB stores once a full disk has room again (the transaction completed, with strict durability) is there after the browser was closed and started again.
# Seen: the same session reads it; the next one finds the database empty or cannot open it. The log that the full disk has torn is written on, and cannot be read again.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'umount "$dir/disk" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
# Needs Debian's chromium, and root: a disk of its own of 160 MB is filled.
npm install --silent --no-audit --no-fund --prefix . playwright-core@1.65.1
mkdir disk
mount -t tmpfs -o size=160m finding disk
cat >probe.mjs <<'PROBE'
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const server = createServer((_, answer) => {
  answer.setHeader('content-type', 'text/html');
  answer.end('<!doctype html><p>A page');
}).listen(0);
const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
async function open() {
  const context = await chromium.launchPersistentContext('disk/profile', { executablePath, args: ['--no-sandbox'] });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return { context, page };
}
/** Runs in the page. */
const write = ([from, to]) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open('films', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('films');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('films', 'readwrite', { durability: 'strict' });
      for (let key = from; key < to; key += 1) transaction.objectStore('films').put('x'.repeat(500), key);
      transaction.oncomplete = () => resolve((database.close(), 'stored'));
      transaction.onabort = () => reject((database.close(), transaction.error));
    };
  });
const count = () =>
  new Promise((resolve) => {
    const opening = indexedDB.open('films');
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => resolve('gone');
    opening.onsuccess = () => {
      if (!opening.result.objectStoreNames.contains('films')) return resolve('gone');
      const counting = opening.result.transaction('films').objectStore('films').count();
      counting.onsuccess = () => resolve(counting.result);
    };
  });

const { context, page } = await open();
await page.evaluate(write, [0, 10]);
const filler = openSync('disk/filler', 'w');
for (const bytes of [1 << 20, 4096]) {
  try {
    while (writeSync(filler, Buffer.alloc(bytes)) === bytes);
  } catch {}
}
closeSync(filler);
const whileFull = await page.evaluate(write, [10, 610]).catch(() => 'refused');
rmSync('disk/filler');
// It takes a moment until it opens the database again.
let after = 'refused';
for (let tries = 0; tries < 60 && after !== 'stored'; tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  after = await page.evaluate(write, [10, 610]).catch(() => 'refused');
}
const inThisSession = await page.evaluate(count);
await context.close();
const next = await open();
const inTheNext = await next.page.evaluate(count);
await next.context.close();
server.close();
console.log(JSON.stringify({ whileFull, after, inThisSession, inTheNext }));
assert.deepEqual({ whileFull, after, inThisSession, inTheNext }, { whileFull: 'refused', after: 'stored', inThisSession: 610, inTheNext: 'gone' });
PROBE
node probe.mjs
