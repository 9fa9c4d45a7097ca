import { createInterface } from 'node:readline';
import {
  CuepointError,
  isDeviceId,
  type DownMessage,
  type HelloDevice,
  type UpMessage,
} from '@cuepoint/core';
import { Command } from 'commander';
import { parseUrl } from '../config/parse-value.ts';
import { API_PREFIX } from '../service/cuepoint-plugin.ts';
import { delay } from '../service/delay.ts';
import { VERSION } from '../version.ts';
import { print, type CliContext } from './context.ts';
import { parseFlag } from './parse-flag.ts';
import { parseUserId } from './user-option.ts';
import type { Emit } from './watch/event.ts';
import { eventToJson, eventToLines } from './watch/format-event.ts';
import { keepConnected } from './watch/keep-connected.ts';
import { obtainToken } from './watch/obtain-token.ts';
import { LINE_HELP, parseLine } from './watch/parse-line.ts';
import { WatchSession } from './watch/watch-session.ts';

interface WatchFlags {
  readonly user: string;
  readonly url: string;
  readonly device?: string;
  readonly json?: true;
}

export function watchCommand(context: CliContext): Command {
  return new Command('watch')
    .description("print a user's changes, presence and commands as they happen; act by typing")
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .option(
      '--url <url>',
      'where the service is',
      parseFlag(parseUrl('http:', 'https:')),
      'http://127.0.0.1:8083',
    )
    .option('--device <id>', 'name of this device; by default a new one', parseDeviceId)
    .option('--json', 'print one JSON object a line')
    .addHelpText(
      'after',
      [
        '',
        'The token is CUEPOINT_TOKEN; without it one is signed with CUEPOINT_JWT_SECRET; without that a',
        'service in development mode hands one out. Typed lines act as this device:',
        '',
        ...LINE_HELP.map((line) => `  ${line}`),
        '',
        '  cuepoint watch --user 7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f',
      ].join('\n'),
    )
    .action(async (flags: WatchFlags) => watch(context, flags));
}

async function watch(context: CliContext, { user, url, device, json }: WatchFlags): Promise<void> {
  const { now, random, randomUuid } = context;
  const deviceId = device ?? `cuepoint-watch-${randomUuid().slice(0, 8)}`;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  context.onStopSignal(end);
  // Whoever read the output has left.
  context.stdout.on('error', end);

  const lines = createInterface({ input: context.stdin, terminal: false });
  // What is typed before the state is there would act on nothing.
  lines.pause();
  const emit: Emit = (event) => {
    print(context, ...(json === true ? [eventToJson(event, now())] : eventToLines(event, now())));
    if (event.event === 'connected') lines.resume();
  };
  let send: (message: UpMessage) => boolean = () => false;
  const session = new WatchSession(describeDevice(deviceId), {
    send: (message) => send(message),
    emit,
    later: (ms, work) => void workLater(ms, work, ending.signal),
    now,
    randomUuid,
  });
  lines.on('line', (line) => session.act(parseLine(line)));

  const serviceUrl = new URL(url);
  try {
    await keepConnected({
      url: liveUrlOf(serviceUrl),
      obtainToken: () => obtainToken(context, { userId: user, deviceId, serviceUrl }),
      handler: {
        onOpen: (token, sendOverIt) => {
          send = sendOverIt;
          session.hello(token);
        },
        onMessage: (message) => {
          requireUser(message, user);
          session.receive(message);
        },
        onClose: () => session.closed(),
      },
      emit,
      random,
      signal: ending.signal,
    });
  } finally {
    ending.abort();
    lines.close();
    context.stdout.off('error', end);
  }
}

/** @throws CuepointError `forbidden`: what is typed must not go to somebody else. */
function requireUser(message: DownMessage, userId: string): void {
  if (message.type !== 'welcome' || message.userId === userId) return;
  throw new CuepointError('forbidden', `The token is of user ${message.userId}, not of --user.`);
}

async function workLater(ms: number, work: () => void, signal: AbortSignal): Promise<void> {
  await delay(ms, signal);
  if (!signal.aborted) work();
}

function liveUrlOf(serviceUrl: URL): URL {
  const url = new URL(serviceUrl);
  url.protocol = serviceUrl.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${serviceUrl.pathname.replace(/\/$/, '')}${API_PREFIX}/ws`;
  return url;
}

/** As clients name platforms; others by Node's name. */
const PLATFORM_NAMES: Readonly<Record<string, string>> = {
  linux: 'Linux',
  darwin: 'MacOS',
  win32: 'Windows',
};

function describeDevice(deviceId: string): HelloDevice {
  return {
    deviceId,
    deviceType: 'Desktop',
    platform: PLATFORM_NAMES[process.platform] ?? process.platform,
    appVersion: VERSION,
    deviceName: 'cuepoint watch',
  };
}

/** @throws CuepointError `invalid_device_id` */
function parseDeviceId(text: string): string {
  if (isDeviceId(text)) return text;
  throw new CuepointError('invalid_device_id', '--device takes 1 to 255 of A-Z a-z 0-9 . _ : -.', {
    field: 'device',
  });
}
