import * as fc from 'fast-check';
import { DISGUISES } from '../device-text.ts';
import { DEVICE_TYPES, RESOLUTIONS } from '../device-info.ts';
import { ERROR_CODES } from '../errors.ts';
import { SECONDS_MAX } from '../ids.ts';
import { COMMAND_OUTCOMES, type Command } from '../protocol/command.ts';
import type { DevicePresence, HelloDevice } from '../protocol/device.ts';
import { FORMATS_MAX, OPS_PER_PUSH_MAX, REASON_LENGTH_MAX } from '../protocol/limits.ts';
import type { DownMessage, UpMessage } from '../protocol/messages.ts';
import type { WireOpResult } from '../protocol/op-result.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { opToWire } from '../wire-conversion.ts';
import type { WireOp } from '../wire-op.ts';
import { arbitraryContentId, arbitraryDeviceId, arbitraryOp } from './op-arbitraries.ts';

type ByType<Message extends { readonly type: string }> = {
  readonly [Type in Message['type']]: fc.Arbitrary<Extract<Message, { readonly type: Type }>>;
};

const id = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._:-]{1,20}$/),
  fc.constantFrom('i'.repeat(64), '__proto__', 'constructor'),
);
const seconds = fc.oneof(fc.constantFrom(0, SECONDS_MAX), fc.nat({ max: SECONDS_MAX }));
const serverTime = fc.integer({ min: 0, max: 2 ** 48 });
const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
const token = fc.oneof(anyText, fc.constant('t'.repeat(8_192)));
const cursor = fc.oneof(anyText, fc.constant('🎬'.repeat(16_384)));
const startState = fc.constantFrom('playing' as const, 'paused' as const);
const outcome = fc.constantFrom(...COMMAND_OUTCOMES);
const contentId = arbitraryContentId();
const deviceId = arbitraryDeviceId();

const REFUSED = new RegExp(`[\\p{Cc}\\p{Cs}${DISGUISES}]`, 'gu');

/** As a person may write it: anything but control characters, halves of pairs and what disguises a text. */
function name(lengthMax: number): fc.Arbitrary<string> {
  const written = fc
    .string({ unit: 'binary', maxLength: Math.min(lengthMax, 12) })
    .map((text) => text.replaceAll(REFUSED, '') || '-');
  return fc.oneof(written, fc.constantFrom('🎬'.repeat(lengthMax), '__proto__', '"\\'));
}

const formats = fc.oneof(
  fc.array(name(50), { maxLength: 3 }),
  fc.constant(Array<string>(FORMATS_MAX).fill('HDR10')),
);

const capabilities = fc.record(
  {
    maxResolution: fc.constantFrom(...RESOLUTIONS),
    hdrFormats: formats,
    audioCodecs: formats,
    remoteControllable: fc.boolean(),
    canCast: fc.boolean(),
    screenSizeInches: fc.double({
      min: 0,
      minExcluded: true,
      noDefaultInfinity: true,
      noNaN: true,
    }),
  },
  { requiredKeys: [] },
);

const device: fc.Arbitrary<HelloDevice> = fc.record(
  {
    deviceId,
    deviceType: fc.constantFrom(...DEVICE_TYPES),
    platform: name(50),
    appVersion: name(50),
    deviceName: fc.option(name(255)),
    capabilities,
  },
  { requiredKeys: ['deviceId', 'deviceType', 'platform', 'appVersion'] },
);

const presence: fc.Arbitrary<DevicePresence> = fc.record({
  deviceId,
  deviceType: fc.constantFrom(...DEVICE_TYPES),
  platform: name(50),
  appVersion: name(50),
  deviceName: fc.option(name(255)),
  capabilities,
  lastSeen: serverTime.map((ms) => new Date(ms).toISOString()),
  state: fc.constantFrom('online', 'offline', 'removed'),
});

const wireOp = arbitraryOp().map(opToWire);
const wireOps = fc.array(wireOp, { maxLength: 5 });

/** As a client pushes it: its session names the device. */
const pushedOp = wireOp.map((op): WireOp => {
  const pushed = { ...op };
  delete pushed.deviceId;
  return pushed;
});

/** One command of each action, and all that its optional fields allow. */
export function arbitraryCommand(): fc.Arbitrary<Command> {
  const action = <Name extends Command['action']>(word: Name): fc.Arbitrary<Name> =>
    fc.constant(word);
  return fc.oneof(
    fc.record({ action: action('play') }),
    fc.record({ action: action('pause') }),
    fc.record({ action: action('stop') }),
    fc.record({ action: action('seek'), positionSeconds: seconds }),
    fc.record({ action: action('volume'), level: fc.nat({ max: 100 }) }),
    fc.record({ action: action('mute'), muted: fc.boolean() }),
    fc.record(
      { action: action('load'), contentId, positionSeconds: seconds, state: startState },
      { requiredKeys: ['action', 'contentId'] },
    ),
    fc.record(
      { action: action('cast'), contentId, target: name(255), positionSeconds: seconds },
      { requiredKeys: ['action', 'contentId', 'target'] },
    ),
    fc.record(
      {
        action: action('handoff'),
        contentId,
        positionSeconds: seconds,
        state: startState,
        from: deviceId,
      },
      { requiredKeys: ['action', 'contentId', 'positionSeconds', 'state'] },
    ),
  );
}

/** Any message that a client may send, by its type, anywhere within the bounds. */
export const UP_ARBITRARIES: ByType<UpMessage> = {
  hello: fc.record(
    {
      type: fc.constant('hello' as const),
      protocol: fc.constant(PROTOCOL_VERSION),
      token,
      device,
      cursor,
    },
    { requiredKeys: ['type', 'protocol', 'token', 'device'] },
  ),
  push: fc.record({
    type: fc.constant('push' as const),
    id,
    ops: fc.oneof(
      { weight: 9, arbitrary: fc.array(fc.oneof(pushedOp, wireOp), { maxLength: 5 }) },
      { weight: 1, arbitrary: pushedOp.map((op) => Array<WireOp>(OPS_PER_PUSH_MAX).fill(op)) },
    ),
  }),
  heartbeat: fc.record({ type: fc.constant('heartbeat' as const) }),
  renew: fc.record({ type: fc.constant('renew' as const), token }),
  command: fc.record({
    type: fc.constant('command' as const),
    id,
    to: deviceId,
    command: arbitraryCommand(),
  }),
  commandResult: fc.record(
    {
      type: fc.constant('commandResult' as const),
      id,
      outcome: fc.constantFrom('applied' as const, 'refused' as const),
      reason: name(REASON_LENGTH_MAX),
    },
    { requiredKeys: ['type', 'id', 'outcome'] },
  ),
};

const opResult: fc.Arbitrary<WireOpResult> = fc.oneof(
  fc.record({ result: fc.constantFrom('applied' as const, 'duplicate' as const) }),
  fc.record(
    { result: fc.constant('superseded' as const), winner: wireOp },
    { requiredKeys: ['result'] },
  ),
  fc.record(
    {
      result: fc.constant('rejected' as const),
      code: fc.constantFrom(...ERROR_CODES),
      field: anyText,
    },
    { requiredKeys: ['result', 'code'] },
  ),
);

/** Any message that the service may send, by its type. */
export const DOWN_ARBITRARIES: ByType<DownMessage> = {
  welcome: fc.record(
    {
      type: fc.constant('welcome' as const),
      protocol: fc.constant(PROTOCOL_VERSION),
      userId: fc.uuid(),
      serverTime,
      changes: wireOps,
      resync: fc.boolean(),
      more: fc.boolean(),
      cursor,
    },
    {
      requiredKeys: ['type', 'protocol', 'userId', 'serverTime', 'changes', 'resync', 'more'],
    },
  ),
  ack: fc.record(
    {
      type: fc.constant('ack' as const),
      id,
      results: fc.array(opResult, { maxLength: 5 }),
      serverTime,
    },
    { requiredKeys: ['type', 'id', 'results'] },
  ),
  changes: fc.record(
    {
      type: fc.constant('changes' as const),
      ops: wireOps,
      resync: fc.boolean(),
      more: fc.boolean(),
      cursor,
    },
    { requiredKeys: ['type', 'ops'] },
  ),
  presence: fc.record({
    type: fc.constant('presence' as const),
    devices: fc.array(presence, { maxLength: 4 }),
  }),
  command: fc.record({
    type: fc.constant('command' as const),
    id,
    from: deviceId,
    command: arbitraryCommand(),
  }),
  commandResult: fc.record(
    {
      type: fc.constant('commandResult' as const),
      id,
      outcome,
      reason: anyText,
      sourceOutcome: outcome,
    },
    { requiredKeys: ['type', 'id', 'outcome'] },
  ),
  error: fc.record(
    {
      type: fc.constant('error' as const),
      code: fc.constantFrom(...ERROR_CODES),
      message: anyText,
      id,
      field: anyText,
      limit: fc.record({ name: anyText, value: fc.integer() }),
      retryAfterMs: fc.nat(),
      serverTime,
    },
    { requiredKeys: ['type', 'code', 'message'] },
  ),
};

export function arbitraryUpMessage(): fc.Arbitrary<UpMessage> {
  return fc.oneof(...Object.values<fc.Arbitrary<UpMessage>>(UP_ARBITRARIES));
}
