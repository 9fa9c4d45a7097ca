#!/usr/bin/env bash
# upnp-mediarenderer-client 1.4.0
# One would guess: a seek to the place that was read goes to that place, at whole seconds or not.
# Seen: AbsTime, the place in the whole list, is read; a seek is by RelTime, that in the file: the second part of a list goes elsewhere. 65.1 is sent with 16 digits.
set -euo pipefail
sed -n '2,4s/^# //p' "$0"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . upnp-mediarenderer-client@1.4.0
cat >probe.mjs <<'PROBE'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import Client from 'upnp-mediarenderer-client';

const urn = 'urn:schemas-upnp-org:service:AVTransport:1';
const argument = (name, direction) => `<argument><name>${name}</name><direction>${direction}</direction></argument>`;
const action = (name, args) => `<action><name>${name}</name><argumentList>${args.join('')}</argumentList></action>`;
const device = `<root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>urn:schemas-upnp-org:device:MediaRenderer:1</deviceType>
  <serviceList><service><serviceType>${urn}</serviceType><serviceId>urn:upnp-org:serviceId:AVTransport</serviceId>
  <SCPDURL>/scpd</SCPDURL><controlURL>/control</controlURL><eventSubURL>/events</eventSubURL></service></serviceList></device></root>`;
const scpd = `<scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList>
  ${action('GetPositionInfo', [argument('InstanceID', 'in'), argument('RelTime', 'out'), argument('AbsTime', 'out')])}
  ${action('Seek', [argument('InstanceID', 'in'), argument('Unit', 'in'), argument('Target', 'in')])}</actionList></scpd>`;
// A list of two parts of an hour: five minutes into the second.
const place = '<RelTime>0:05:00</RelTime><AbsTime>1:05:00</AbsTime>';
const sought = [];
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  const isSeek = /Seek"?$/.test(request.headers.soapaction ?? '');
  if (isSeek) sought.push(/<Unit>(.*)<\/Unit>/.exec(body)[1] + ' ' + /<Target>(.*)<\/Target>/.exec(body)[1]);
  const name = isSeek ? 'SeekResponse' : 'GetPositionInfoResponse';
  const soap = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:${name} xmlns:u="${urn}">${isSeek ? '' : place}</u:${name}></s:Body></s:Envelope>`;
  response.writeHead(200, { 'content-type': 'text/xml', connection: 'close' });
  response.end(request.url === '/' ? device : request.url === '/scpd' ? scpd : soap);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new Client(`http://127.0.0.1:${server.address().port}/`);
const read = await promisify(client.getPosition).call(client);
await promisify(client.seek).call(client, read);
await promisify(client.seek).call(client, 65.1);
server.close();
console.log({ read, sought });
assert.deepEqual({ read, sought }, { read: 3900, sought: ['REL_TIME 01:05:00', 'REL_TIME 00:01:05.099999999999994'] });
process.exit();
PROBE
node probe.mjs
