#!/usr/bin/env bash
# parse-torrent-title 3.0.1
# One would guess: S02E05E06 and S02E05-E06 are two episodes, S2024E15 is season 2024, S01.E02 is S01E02.
# Seen: only the first of two episodes is told; a season of four digits is a part of the title; behind a dot the episode is missed.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . parse-torrent-title@3.0.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { parse } from 'parse-torrent-title';

const names = ['Show.S02E05E06.720p', 'Show.S02E05-E06.720p', 'Show.S2024E15.1080p', 'Dark.S01.E02.1080p'];
const parsed = names.map((name) => {
  const { title, season = null, episode = null } = parse(name);
  return [title, season, episode];
});
console.log(JSON.stringify(parsed, null, 1));
assert.deepEqual(parsed, [
  ['Show', 2, 5],
  ['Show', 2, 5],
  ['Show S2024E15', null, null],
  ['Dark', 1, null],
]);
PROBE
node probe.mjs
