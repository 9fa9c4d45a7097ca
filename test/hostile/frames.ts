import { UP_SCHEMAS, WireOpSchema } from '@cuepoint/core';
import type { Chance } from '../sim/chance.ts';
import { sampleOf } from './sample-value.ts';
import { spoil, spoilText } from './spoil.ts';
import type { Tokens } from './tokens.ts';

const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const CLOSE_CODES = [0, 999, 1000, 1001, 1005, 1006, 1015, 3000, 4400, 65_535];
const OPS_MAX = 6;
const FRAGMENTS_MAX = 8;

interface FrameOptions {
  readonly opcode?: number;
  readonly isLast?: boolean;
  readonly isMasked?: boolean;
  readonly reservedBits?: number;
  /** What the header claims; by default the truth. */
  readonly length?: number;
}

/** One frame of a client, right or wrong. */
export function frameOf(payload: Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = OPCODES.text, isLast = true, isMasked = true, reservedBits = 0 } = options;
  const { length = payload.length } = options;
  const head = [(isLast ? 0x80 : 0) | (reservedBits << 4) | opcode];
  const mark = isMasked ? 0x80 : 0;
  if (length < 126) head.push(mark | length);
  else if (length < 65_536) head.push(mark | 126, length >> 8, length & 0xff);
  else head.push(mark | 127, ...bigEndian(length));
  if (!isMasked) return Buffer.concat([Buffer.from(head), payload]);
  // A mask of zeros is a mask.
  return Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload]);
}

function bigEndian(length: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return [...bytes];
}

export const pingFrame = (payload: string): Buffer =>
  frameOf(Buffer.from(payload), { opcode: OPCODES.ping });

export function helloFrame(token: string, chance: Chance): Buffer {
  const device = sampleOf(UP_SCHEMAS.hello.properties.device, chance) as object;
  const deviceId = `live-${chance.below(100)}`;
  const hello = { type: 'hello', protocol: 2, token, device: { ...device, deviceId } };
  return frameOf(Buffer.from(JSON.stringify(hello)));
}

/** One or more frames that belong together, and how many they are. */
export interface Frames {
  readonly bytes: Buffer;
  readonly count: number;
}

const one = (bytes: Buffer): Frames => ({ bytes, count: 1 });

/** What a session might send next: mostly what the service answers, now and then what ends the session. */
export function nextFrames(tokens: Tokens, chance: Chance): Frames {
  const draw = chance.random();
  if (draw < 0.35) return one(textFrame(pushOf(chance, false)));
  if (draw < 0.75) return one(textFrame(pushOf(chance, true)));
  if (draw < 0.8) return one(textFrame({ type: 'heartbeat' }));
  if (draw < 0.84) return one(textFrame(sampleOf(UP_SCHEMAS.command, chance)));
  if (draw < 0.86) return one(textFrame(sampleOf(UP_SCHEMAS.commandResult, chance)));
  if (draw < 0.88) return one(frameOf(randomBytes(chance, 125), { opcode: OPCODES.pong }));
  if (draw < 0.93) return fragments(pushOf(chance, true), chance);
  if (draw < 0.96) return one(textFrame(spoil(messageOf(tokens, chance), chance)));
  if (draw < 0.98)
    return one(frameOf(spoilText(JSON.stringify(messageOf(tokens, chance)), chance)));
  return one(brokenFrame(chance));
}

function textFrame(message: unknown): Buffer {
  return frameOf(Buffer.from(JSON.stringify(message)));
}

function pushOf(chance: Chance, isSpoiled: boolean): object {
  const ops = Array.from({ length: 1 + chance.below(OPS_MAX) }, () => {
    const { deviceId, ...own } = sampleOf(WireOpSchema, chance) as { readonly deviceId?: string };
    // Of another device each op would be refused for that alone.
    const op = chance.isLucky(0.1) ? { deviceId, ...own } : own;
    return isSpoiled && chance.isLucky(0.7) ? spoil(op, chance) : op;
  });
  return { type: 'push', id: `push-${chance.below(1_000_000)}`, ops };
}

function messageOf(tokens: Tokens, chance: Chance): object {
  const type = chance.pick(Object.keys(UP_SCHEMAS) as (keyof typeof UP_SCHEMAS)[]);
  if (type === 'push') return pushOf(chance, true);
  if (type === 'renew') return { type, token: chance.pick([...tokens.bad, ...tokens.good]) };
  return sampleOf(UP_SCHEMAS[type], chance) as object;
}

/** One message in several frames, with a ping in between. */
function fragments(message: object, chance: Chance): Frames {
  const payload = Buffer.from(JSON.stringify(message));
  const size = Math.ceil(payload.length / (1 + chance.below(FRAGMENTS_MAX)));
  const frames: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const isLast = at + size >= payload.length;
    const opcode = at === 0 ? OPCODES.text : OPCODES.continuation;
    frames.push(frameOf(payload.subarray(at, at + size), { opcode, isLast }));
    if (chance.isLucky(0.1)) frames.push(pingFrame('between'));
  }
  return { bytes: Buffer.concat(frames), count: frames.length };
}

function brokenFrame(chance: Chance): Buffer {
  const payload = randomBytes(chance, 200);
  switch (chance.below(11)) {
    case 0:
      return frameOf(payload, { opcode: OPCODES.binary });
    case 1:
      return frameOf(payload, { isMasked: false });
    case 2:
      return frameOf(payload, { opcode: 3 + chance.below(5) });
    case 3:
      return frameOf(payload, { reservedBits: 1 + chance.below(7) });
    case 4:
      return frameOf(payload, { length: chance.pick([1_048_577, 2 ** 31, 2 ** 52]) });
    case 5:
      return frameOf(Buffer.from([0x22, 0xff, 0xfe, 0xed, 0xa0, 0x80]));
    case 6:
      return frameOf(Buffer.alloc(126), { opcode: chance.pick([OPCODES.ping, OPCODES.close]) });
    case 7:
      return frameOf(Buffer.from('x'), { opcode: OPCODES.ping, isLast: false });
    case 8:
      return frameOf(payload, { opcode: OPCODES.continuation });
    case 9: {
      const code = Buffer.alloc(2);
      code.writeUInt16BE(chance.pick(CLOSE_CODES));
      return frameOf(Buffer.concat([code, payload.subarray(0, 20)]), { opcode: OPCODES.close });
    }
    default:
      return payload;
  }
}

function randomBytes(chance: Chance, lengthMax: number): Buffer {
  return Buffer.from(Array.from({ length: chance.below(lengthMax) }, () => chance.below(256)));
}
