#!/usr/bin/env bash
# vtt-to-json 0.1.1
# One would guess: three cues become three entries, each with its own time; a name above a cue is no text.
# Seen: the last cue is missing, and a second entry with the time of the first stands before the second; names of cues are told as text.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . vtt-to-json@0.1.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import toJson from 'vtt-to-json';

const read = async (names) => {
  const cue = (index) => `${names ? `name${index}\n` : ''}00:0${index}:00.000 --> 00:0${index}:05.000\ntext${index}\n`;
  const entries = await toJson(`WEBVTT\n\n${[1, 2, 3].map(cue).join('\n')}`);
  return entries.map(({ start, part }) => [start / 1000, part]);
};
const told = { plain: await read(false), named: await read(true) };
console.log(JSON.stringify(told));
assert.deepEqual(told.plain, [[60, 'text1'], [60, ''], [120, 'text2']]);
assert.deepEqual(told.named, [[60, 'text1'], [60, 'name2'], [120, 'text2 name3']]);
PROBE
node probe.mjs
