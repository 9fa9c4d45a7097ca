#!/usr/bin/env bash
# m3u-parser-generator 5.0.2
# One would guess: a comma inside the quotes of an attribute is a part of it; the title begins behind the comma that follows the last attribute.
# Seen: the title begins at the first comma of the line: the name, the group and the days of catch-up are a part of the title and told nowhere else.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . m3u-parser-generator@5.0.2
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { M3uParser } from 'm3u-parser-generator';

const line = (name) => `#EXTINF:-1 tvg-id="a.one" tvg-name="${name}" catchup-days="7" group-title="News",One\nhttp://127.0.0.1/one.m3u8\n`;
const told = ['Morning and noon', 'Morning, noon'].map((name) => {
  const [{ name: title, attributes }] = new M3uParser().parse(`#EXTM3U\n${line(name)}`).medias;
  return { title, attributes: { ...attributes } };
});
console.log(JSON.stringify(told, null, 1));
assert.deepEqual(told, [
  { title: 'One', attributes: { 'tvg-id': 'a.one', 'tvg-name': 'Morning and noon', 'catchup-days': '7', 'group-title': 'News' } },
  { title: ' noon" catchup-days="7" group-title="News",One', attributes: { 'tvg-id': 'a.one' } },
]);
PROBE
node probe.mjs
