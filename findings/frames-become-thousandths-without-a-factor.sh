#!/usr/bin/env bash
# subsrt-ts 2.1.2
# One would guess: times are thousandths of a second whatever the format was: frame 1500 at 25 frames is 60000, and an SRT made of it shows it after a minute.
# Seen: MicroDVD alone is in whole seconds, so the SRT shows it after 60 ms; and a SRT becomes MicroDVD a thousand times too late.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . subsrt-ts@2.1.2
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const loaded = createRequire(import.meta.url)('subsrt-ts');
const subsrt = loaded.default ?? loaded;
const fps = 25;
const told = {
  start: subsrt.parse('{1510}{1560}Hello\n', { format: 'sub', fps })[0].start,
  srt: subsrt.convert('{1510}{1560}Hello\n', { from: 'sub', format: 'srt', fps }).split('\r\n')[1],
  sub: subsrt.convert('1\n00:01:00,000 --> 00:01:02,000\nHello\n', { from: 'srt', format: 'sub', fps }).trim(),
};
console.log(told);
assert.deepEqual(told, { start: 60, srt: '00:00:00,060 --> 00:00:00,062', sub: '{1500000}{1550000}Hello|' });
PROBE
node probe.mjs
