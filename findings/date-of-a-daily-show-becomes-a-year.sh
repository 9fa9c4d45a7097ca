#!/usr/bin/env bash
# oleoo 1.1.7
# One would guess: an episode that is named by its date keeps the date.
# Seen: only its year is told, as that of a film; all episodes of a year are one work then. Numbers of seasons are numbers, those of episodes are texts.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . oleoo@1.1.7
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import oleoo from 'oleoo';

const daily = ['03.15', '11.02'].map((day) => {
  const { title, year, season, episode } = oleoo.parse(`Daily.Show.2024.${day}.720p.WEB`);
  return { title, year: Number(year), season, episode };
});
const { season, episode } = oleoo.parse('Show.S02E05.720p.WEB');
console.log(JSON.stringify({ daily, season, episode }, null, 1));
const year = { title: 'Daily Show', year: 2024, season: null, episode: null };
assert.deepEqual(daily, [year, year]);
assert.deepEqual([typeof season, typeof episode], ['number', 'string']);
PROBE
node probe.mjs
