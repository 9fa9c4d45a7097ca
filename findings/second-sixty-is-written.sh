#!/usr/bin/env bash
# vtt-creator 1.1.1, webvtt-parser 2.2.0
# One would guess: a time of 59.9996 s is written as 59.999 or as one minute.
# Seen: as second 60.000, which WebVTT does not have: webvtt-parser drops the cue.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . vtt-creator@1.1.1 webvtt-parser@2.2.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import VttCreator from 'vtt-creator';
import webvtt from 'webvtt-parser';

const creator = new VttCreator();
creator.add(59.9996, 61, 'Hello');
const text = creator.toString();
const line = /.*-->.*/.exec(text)[0].trim();
const { cues, errors } = new webvtt.WebVTTParser().parse(text);
console.log({ line, cues: cues.length, errors: errors.map(({ message }) => message) });
assert.equal(line, '00:00:60.000 --> 00:01:01.000');
assert.equal(cues.length, 0);
PROBE
node probe.mjs
