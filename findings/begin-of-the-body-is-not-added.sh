#!/usr/bin/env bash
# ttml2srt 1.2.4
# One would guess: times of TTML count from the begin of what they stand in: 1.5 s in a body that begins at 10 s is second 11.5.
# Seen: it is second 1.5, the same as without a begin; the begin of a div is left out too, so all of its lines come early.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . ttml2srt@1.2.4
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { ttml2srt } from 'ttml2srt';

const read = (body, div) => {
  const ttml = `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25" xml:lang="en"><body${body}><div${div}>
    <p begin="00:00:01.500" end="00:00:02.500">Hello</p></div></body></tt>`;
  return /(\S+) -->/.exec(ttml2srt(ttml))[1];
};
const told = { plain: read('', ''), 'body at 10 s': read(' begin="10s"', ''), 'div at 20 s': read('', ' begin="20s"') };
console.log(told);
assert.deepEqual(told, { plain: '00:00:01,500', 'body at 10 s': '00:00:01,500', 'div at 20 s': '00:00:01,500' });
PROBE
node probe.mjs
