#!/usr/bin/env bash
# smpte-timecode 1.3.6
# One would guess: a time code carries its rate: one second at 50 frames, added to ten seconds at 25, makes eleven; or the two rates are refused.
# Seen: twelve: the frames of the one are counted at the rate of the other.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . smpte-timecode@1.3.6
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import Timecode from 'smpte-timecode';

const added = (rate) => new Timecode('00:00:10:00', 25).add(new Timecode('00:00:01:00', rate)).toString();
const told = { 25: added(25), 50: added(50), 100: added(100) };
console.log(told);
assert.deepEqual(told, { 25: '00:00:11:00', 50: '00:00:12:00', 100: '00:00:14:00' });
PROBE
node probe.mjs
