#!/usr/bin/env bash
# subtitle 4.2.2
# One would guess: what it reads it can write: a WebVTT cue of a channel that runs for 25 hours is written with the hour 25.
# Seen: the hour is written modulo 24, and the whole days are added to the thousandths, of which there are eight digits then.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . subtitle@4.2.2
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { parseSync, stringifySync } from 'subtitle';

const written = (hour) => {
  const time = `${hour}:00:00.500 --> ${hour}:00:02.000`;
  const cues = parseSync(`WEBVTT\n\n${time}\nHello\n`).filter(({ type }) => type === 'cue');
  return [time, cues[0].data.start, /.*-->.*/.exec(stringifySync(cues, { format: 'WebVTT' }))[0]];
};
const told = ['23', '25'].map(written);
console.log(told);
assert.deepEqual(told, [
  ['23:00:00.500 --> 23:00:02.000', 82_800_500, '23:00:00.500 --> 23:00:02.000'],
  ['25:00:00.500 --> 25:00:02.000', 90_000_500, '01:00:00.86400500 --> 01:00:02.86400000'],
]);
PROBE
node probe.mjs
