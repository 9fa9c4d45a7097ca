#!/usr/bin/env bash
# parse-iso-duration 1.1.0
# One would guess: a parser of ISO 8601 durations reads PT0H1M0.5S, the form in which DASH manifests tell their length.
# Seen: a fraction is refused as "Invalid duration", even .0; P and PT, which are no durations, are 0.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . parse-iso-duration@1.1.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import parse from 'parse-iso-duration';

const read = (text) => {
  try {
    return parse(text);
  } catch (error) {
    return error.message;
  }
};
const told = Object.fromEntries(['PT0H1M0S', 'PT0H1M0.5S', 'PT0H45M0.0S', 'P', 'PT'].map((text) => [text, read(text)]));
console.log(told);
assert.deepEqual(told, { PT0H1M0S: 60_000, 'PT0H1M0.5S': 'Invalid duration', 'PT0H45M0.0S': 'Invalid duration', P: 0, PT: 0 });
PROBE
node probe.mjs
