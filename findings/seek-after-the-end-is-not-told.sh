#!/usr/bin/env bash
# @eyevinn/media-event-filter 3.4.1
# One would guess: who goes back from the end of a film to its middle is told of: seeking, seeked, a time, and play when it goes on.
# Seen: nothing is told until it plays, and then that it was loaded, as if it were another film; a place chosen after the end is lost if nobody plays on.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @eyevinn/media-event-filter@3.4.1
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { getMediaEventFilter } from '@eyevinn/media-event-filter';

globalThis.HTMLMediaElement = { HAVE_FUTURE_DATA: 3 };
const video = Object.assign(new EventTarget(), { ended: false, paused: true, seeking: false, playbackRate: 1, readyState: 4 });
let told = [];
getMediaEventFilter({ mediaElement: video, callback: (event) => told.push(event) });
// The events of a browser, in their order, and what the element says meanwhile.
const send = (state, ...events) => {
  Object.assign(video, state);
  for (const event of events) video.dispatchEvent(new Event(event));
  const since = told;
  told = [];
  return since;
};
const steps = {
  play: send({ paused: false }, 'loadeddata', 'canplay', 'play', 'playing', 'canplaythrough', 'timeupdate'),
  back: send({ seeking: true }, 'seeking').concat(send({ seeking: false }, 'timeupdate', 'seeked', 'canplay')),
  end: send({ ended: true, paused: true }, 'timeupdate', 'pause', 'ended'),
  backFromTheEnd: send({ ended: false, seeking: true }, 'seeking').concat(send({ seeking: false }, 'timeupdate', 'seeked', 'canplay')),
  playOn: send({ paused: false }, 'play', 'playing', 'timeupdate'),
};
console.log(steps);
assert.deepEqual(steps.back, ['seeking', 'timeupdate', 'seeked']);
assert.deepEqual(steps.backFromTheEnd, []);
assert.deepEqual(steps.playOn, ['loaded', 'playing', 'timeupdate']);
PROBE
node probe.mjs
