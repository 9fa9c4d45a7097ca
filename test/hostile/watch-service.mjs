// Loaded into a service before its own code: measures its event loop and its memory, and tells whoever asks at the
// socket in HOSTILE_WATCH.
import { openSync, readSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { PerformanceObserver } from 'node:perf_hooks';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often the loop is asked for. */
const INTERVAL_MS = 10;
const STALL_MS = 100;

const NO_STALLS = {
  stalls: 0,
  longestMs: 0,
  stalledMs: 0,
  collectingMs: 0,
  stalledRequests: 0,
  gaps: 0,
  longestGapMs: 0,
};
const seen = { ...NO_STALLS, rssMaxBytes: 0, faults: [] };
process.on('uncaughtExceptionMonitor', (error, origin) => {
  seen.faults.push(`${origin}: ${String(error)}`);
});
process.on('warning', (warning) => seen.faults.push(`warning: ${String(warning)}`));

/** The last long turns: which collections were in them is told afterwards. */
let stalled = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    const stall = stalled.find(({ fromMs, toMs }) => startTime >= fromMs && startTime < toMs);
    if (stall !== undefined) seen.collectingMs += duration;
  }
}).observe({ entryTypes: ['gc'] });

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Processor time of the main thread in ms: Linux counts it for each thread. */
const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
const text = Buffer.alloc(100);
function ranMs() {
  const length = readSync(schedule, text, 0, text.length, 0);
  return Number(text.toString('latin1', 0, length).split(' ')[0]) / 1e6;
}

/** A turn may be long because one request is, or because many came at once. */
let requests = 0;
const emit = Reflect.get(Server.prototype, 'emit');
Server.prototype.emit = function (event, ...args) {
  if (event === 'request') requests += 1;
  return emit.call(this, event, ...args);
};

let lastMs = performance.now();
let lastRanMs = ranMs();
function look() {
  const [nowMs, ran] = [performance.now(), ranMs()];
  const gapMs = nowMs - lastMs - INTERVAL_MS;
  // On a machine that others share a gap may be theirs: what the thread itself worked in it is ours.
  const ownMs = Math.min(gapMs, ran - lastRanMs);
  if (gapMs > STALL_MS) seen.gaps += 1;
  if (ownMs > STALL_MS) {
    seen.stalls += 1;
    seen.stalledMs += ownMs;
    seen.stalledRequests += requests;
    stalled = [...stalled.slice(-9), { fromMs: lastMs, toMs: nowMs }];
  }
  seen.longestGapMs = Math.max(seen.longestGapMs, gapMs);
  seen.longestMs = Math.max(seen.longestMs, ownMs);
  seen.rssMaxBytes = Math.max(seen.rssMaxBytes, process.memoryUsage.rss());
  [lastMs, lastRanMs, requests] = [nowMs, ran, 0];
  setTimeout(look, INTERVAL_MS).unref();
}
look();

createServer((request, response) => {
  // Twice: what a finalizer lets go is taken by the second.
  if (request.url === '/collect') collect();
  if (request.url === '/collect') collect();
  const { heapUsed, external } = process.memoryUsage();
  if (request.url === '/reset') {
    Object.assign(seen, NO_STALLS);
  }
  // A collection that was asked for is no stall of the service.
  [lastMs, lastRanMs] = [performance.now(), ranMs()];
  response.end(JSON.stringify({ ...seen, heapBytes: heapUsed + external }));
})
  .listen(process.env.HOSTILE_WATCH)
  .unref();
