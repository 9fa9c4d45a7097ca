import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { API_PREFIX } from '@cuepoint/server';
import { FrameReader, type ServiceFrame } from './frame-reader.ts';
import { frameOf, helloFrame, nextFrames, pingFrame } from './frames.ts';
import { openSocket, watchSilence, whenClosed, type Lane } from './lane.ts';
import { excerpt } from './verdict.ts';

const FRAMES_PER_SESSION = 60;
const BURST_MAX = 6;
/** A pong to it says that everything before has been read. */
const ROUND = 'round';
const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;
const NO_STATUS = 1005;

/** Opens live sessions one after the other and sends frames, right and wrong, until there were enough. */
export async function runLiveLane(lane: Lane): Promise<void> {
  for (let index = 0; lane.take(0); index += 1) {
    const socket = await openSocket(lane);
    if (socket === undefined) return;
    await runSession(lane, socket, index);
  }
}

async function runSession(lane: Lane, socket: Socket, index: number): Promise<void> {
  const { verdict, tokens } = lane;
  const chance = lane.chance.of(String(index));
  const name = `${lane.name} ${index}`;
  const reader = new FrameReader();
  let lastSent: Buffer = Buffer.alloc(0);
  const describe = () => `${name}: ${excerpt(lastSent)}`;
  let upgrade: Buffer | undefined = Buffer.alloc(0);
  let sent = 0;
  let isGreeted = false;

  function send({ bytes, count }: { readonly bytes: Buffer; readonly count: number }): void {
    lastSent = bytes;
    sent += count;
    lane.take(count);
    socket.write(bytes);
  }

  /** Some frames, and a ping that tells when they are read. */
  function burst(): void {
    if (sent >= FRAMES_PER_SESSION || !lane.take(0)) {
      if (chance.isLucky(0.5)) socket.destroy();
      else socket.write(frameOf(Buffer.from([3, 232]), { opcode: OPCODE.close }));
      return;
    }
    for (let count = 1 + chance.below(BURST_MAX); count > 0; count -= 1) {
      send(nextFrames(tokens, chance));
    }
    socket.write(pingFrame(ROUND));
  }

  function receive({ opcode, payload }: ServiceFrame): void {
    if (opcode === OPCODE.text) {
      const text = payload.toString();
      verdict.told(text, describe);
      // Pages follow; what is sent meanwhile would end the session.
      if (isGreeted || !/"more":false/.test(text)) return;
      isGreeted = true;
      burst();
    } else if (opcode === OPCODE.ping) {
      socket.write(frameOf(payload, { opcode: OPCODE.pong }));
    } else if (opcode === OPCODE.pong && payload.toString() === ROUND) {
      burst();
    } else if (opcode === OPCODE.close) {
      verdict.closed(payload.length >= 2 ? payload.readUInt16BE(0) : NO_STATUS, describe);
      socket.end();
    }
  }

  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    if (upgrade !== undefined) {
      upgrade = Buffer.concat([upgrade, chunk]);
      const end = upgrade.indexOf('\r\n\r\n');
      if (end < 0) return;
      const status = upgrade.toString('latin1', 9, 12);
      verdict.count(`upgrade ${status}`);
      if (status !== '101') {
        if (status !== '503' && status !== '429') verdict.violated(`upgrade ${status}`, () => name);
        socket.destroy();
        return;
      }
      rest = upgrade.subarray(end + 4);
      upgrade = undefined;
      greet();
    }
    for (const frame of reader.take(rest)) receive(frame);
  });

  function greet(): void {
    const isGood = chance.isLucky(0.96);
    send({ bytes: helloFrame(chance.pick(isGood ? tokens.good : tokens.bad), chance), count: 1 });
    // Now and then somebody who cannot wait.
    if (chance.isLucky(0.03)) send(nextFrames(tokens, chance));
  }

  watchSilence(socket, () => verdict.violated('a session fell silent', describe));
  const closed = whenClosed(socket);
  socket.write(upgradeRequest());
  await closed;
}

function upgradeRequest(): string {
  return [
    `GET ${API_PREFIX}/ws HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}
