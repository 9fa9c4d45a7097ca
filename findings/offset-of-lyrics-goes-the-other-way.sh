#!/usr/bin/env bash
# lrc-kit 1.2.1, @applemusic-like-lyrics/lyric 1.1.0
# One would guess: a positive offset of an LRC file lets its lines appear sooner, as the format is described: +500 shows the line of 10 s at 9.5 s.
# Seen: lrc-kit shows it at 10.5 s, a second too late in all; @applemusic-like-lyrics/lyric leaves the offset unread.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . lrc-kit@1.2.1 @applemusic-like-lyrics/lyric@1.1.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { parseLrc } from '@applemusic-like-lyrics/lyric';
import lrcKit from 'lrc-kit';

const lyrics = '[offset:+500]\n[00:10.00]one\n[00:20.00]two\n';
const runner = new lrcKit.Runner(lrcKit.Lrc.parse(lyrics));
const shown = Object.fromEntries(
  [9.6, 10.1, 10.6].map((seconds) => {
    runner.timeUpdate(seconds);
    return [seconds, runner.curIndex() === 0];
  }),
);
const [{ startTime, words }] = parseLrc(lyrics);
console.log({ shown, startTime: startTime ?? words[0].startTime });
assert.deepEqual(shown, { 9.6: false, 10.1: false, 10.6: true });
assert.equal(startTime ?? words[0].startTime, 10_000);
PROBE
node probe.mjs
