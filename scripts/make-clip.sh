#!/usr/bin/env bash
# Makes the clip that the playground plays: two minutes of moving colour with the time in the middle, so that one sees
# where a device is. Needs ffmpeg with libvpx; the result is in git, since builds have no ffmpeg.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

colours='gradients=s=320x180:r=12:d=120:n=4:speed=0.012:c0=0x0b5f74:c1=0x131519:c2=0xa14e00:c3=0x6b3fa0:seed=7'
time="drawtext=text='%{pts\:gmtime\:0\:%M\\\\\:%S}':fontcolor=white:fontsize=44:x=(w-tw)/2:y=(h-th)/2"

ffmpeg -y -loglevel error -f lavfi -i "$colours" -vf "$time" \
  -c:v libvpx-vp9 -b:v 0 -crf 46 -deadline good -cpu-used 3 -g 24 -pix_fmt yuv420p \
  apps/console/public/clip.webm
