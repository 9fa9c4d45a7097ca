#!/usr/bin/env bash
# @plussub/srt-vtt-parser 2.0.5
# One would guess: a WebVTT cue may have no text, as cues that only carry a time do; the cue behind it is a cue of its own.
# Seen: the next cue, its time line included, is the text of the empty one, and its time is told nowhere else.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @plussub/srt-vtt-parser@2.0.5
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { parse } from '@plussub/srt-vtt-parser';

const { entries } = parse(`WEBVTT

00:00:01.000 --> 00:00:02.000

00:00:05.000 --> 00:00:06.000
Hello

00:00:07.000 --> 00:00:08.000
Bye
`);
const told = entries.map(({ from, to, text }) => [from, to, text]);
console.log(JSON.stringify(told));
assert.deepEqual(told, [
  [1000, 2000, '\n00:00:05.000 --> 00:00:06.000\nHello'],
  [7000, 8000, 'Bye'],
]);
PROBE
node probe.mjs
