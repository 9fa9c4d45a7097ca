import { CLOSE_CODES, CuepointError, readUpMessage, type Hello } from '@cuepoint/core';
import { setPlatformTimer, type SetTimer } from '@cuepoint/store';
import type { FastifyBaseLogger } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import type { Feed } from '../feed/feed.ts';
import { createPeerAddresses } from '../http/peer-address.ts';
import type { RoutePersistence } from '../service/parts.ts';
import { createUserLimit } from '../service/user-limit.ts';
import type { UserRates } from '../service/user-rates.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import { createAdmission, type Place } from './admission.ts';
import { announceWrites } from './announce-writes.ts';
import { createCommands, type Commands } from './commands.ts';
import { endSignedOut, type SignInCheck } from './end-signed-out.ts';
import { endOverdue } from './end-overdue.ts';
import { createFlusher } from './flusher.ts';
import { greet } from './greet.ts';
import { handleMessage, type HandleMessageDeps } from './handle-message.ts';
import { createHealer } from './healer.ts';
import { hearFeed, endErased } from './hear-feed.ts';
import { Inbox } from './inbox.ts';
import { createInFlight } from './in-flight.ts';
import {
  HELLOS_AT_ONCE_MAX,
  HELLOS_OF_USER_AT_ONCE_MAX,
  MESSAGE_BYTES_MAX,
  RECONNECT_SPREAD_MIN_MS,
  SWEEP_INTERVAL_MS,
} from './limits.ts';
import { createLiveInspection, type LiveInspection } from './live-inspection.ts';
import type { LiveObserver } from './live-observer.ts';
import { OpWatchers } from './op-watchers.ts';
import { createPresence } from './presence.ts';
import { helloRequired, refusalOf, toSessionError } from './refusal.ts';
import { sendAway } from './send-away.ts';
import { Session } from './session.ts';
import { SessionSocket } from './session-socket.ts';
import type { UserChannel } from './user-channel.ts';
import { UserChannels } from './user-channels.ts';

export interface LiveDeps extends Omit<WriteDeps, 'persistence'> {
  readonly persistence: RoutePersistence;
  readonly verifier: TokenVerifier;
  /** What users are signed in with, where the service keeps that itself. */
  readonly signIns?: SignInCheck | undefined;
  readonly feed: Feed;
  /** Counted together with what users send over HTTP. [SEC3] */
  readonly rates: UserRates;
  readonly observer: LiveObserver;
  readonly log: FastifyBaseLogger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly setTimer?: SetTimer;
  /** Monotonic, in ms: for durations; the platform's by default. [OPS2] */
  readonly monotonic?: () => number;
  /** When what a turn has for the sockets leaves; `setImmediate` by default. */
  readonly atEndOfTurn?: (callback: () => void) => unknown;
}

export interface LiveOptions {
  readonly devicesPerUser: number;
  readonly socketsMax: number;
  readonly socketsPerUser: number;
  readonly pendingSocketsPerAddress: number;
  /** Proxies that are believed whom they speak for; none by default. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly healingIntervalMs: number;
}

export interface LiveStats {
  readonly sockets: number;
  /** Users who are held here. */
  readonly users: number;
}

/** Live sessions of this instance, and what the rest of the service has to tell them. */
export interface LiveServer {
  /** Tells the user's screens what it has stored; for whoever else writes. [LIV1] */
  readonly persistence: RoutePersistence;
  readonly commands: Commands;
  readonly inspection: LiveInspection;
  start(): Promise<void>;
  /** Takes over a connection that asked for a WebSocket. @throws CuepointError when it may not have one. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Takes over an open WebSocket, whoever made it.
   *
   * @param raw what it sends by.
   * @param address of the peer, counted until its hello.
   * @throws CuepointError when it may not stay; the socket is left as it is.
   */
  accept(ws: WebSocket, raw: Duplex, address: string): void;
  /** The user was erased: the sessions end. */
  erased(userId: string): void;
  /** Something that the user was signed in with is so no more: the sessions that came by it end. [ACC5] */
  signedOut(userId: string): void;
  /** Devices that the registry found silent for too long. [LIV6] */
  wentStale(devices: readonly { readonly userId: string; readonly deviceId: string }[]): void;
  stats(): LiveStats;
  /** Refuses what is new, answers what was pushed, and sends every session away, spread in time. [LIV5] */
  stop(timeoutMs: number): Promise<void>;
}

export function createLiveServer(deps: LiveDeps, options: LiveOptions): LiveServer {
  const { repository, feed, observer, log, now, random, randomUuid, verifier, signIns, rates } =
    deps;
  const atEndOfTurn = deps.atEndOfTurn ?? setImmediate;
  const setTimer = deps.setTimer ?? setPlatformTimer;
  const monotonic = deps.monotonic ?? (() => performance.now());
  const admission = createAdmission({
    socketsMax: options.socketsMax,
    pendingPerAddressMax: options.pendingSocketsPerAddress,
  });
  const addresses = createPeerAddresses(options.trustedProxies ?? []);
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MESSAGE_BYTES_MAX,
    // A compressor for each socket costs more memory than everything else of a session.
    perMessageDeflate: false,
  });
  // Emitted within `handleUpgrade`; without a listener the refusal would be a text without a code.
  sockets.on('wsClientError', (cause) => {
    throw new CuepointError('invalid_request', 'This is not the handshake of a WebSocket.', {
      cause,
    });
  });
  const sessions = new Set<Session>();
  const flusher = createFlusher(atEndOfTurn);
  const hellos = createUserLimit({
    atOnceMax: HELLOS_AT_ONCE_MAX,
    perUserMax: HELLOS_OF_USER_AT_ONCE_MAX,
  });
  let isStopping = false;
  let cancelSweep: (() => void) | undefined;
  const pushes = createInFlight(setTimer);

  const onFailed = (err: unknown): void => log.warn({ err }, 'live session');
  const watchers = new OpWatchers();
  const channels = new UserChannels({
    feed,
    now: monotonic,
    onEvent(channel, event) {
      try {
        hearFeed({ feed, healer, presence, commands, watchers, monotonic }, channel, event);
      } catch (error) {
        // Events come again after a restart: one that nobody can bear would end every instance for good.
        onFailed(error);
        healer.heal(channel);
      }
    },
  });
  const presence = createPresence({
    channels,
    feed,
    repository,
    persistence: deps.persistence,
    now,
    monotonic,
    onFailed,
  });
  const healer = createHealer(
    {
      channels,
      readChanges: (userId, request) => repository.readChanges(userId, request),
      healDevices: async (channel) => {
        await endSignedOut(signIns, channel);
        await presence.heal(channel);
      },
      now: monotonic,
      onHealed: (changes) => observer.healed(changes),
      onFailed,
    },
    { intervalMs: options.healingIntervalMs },
  );
  const commands = createCommands({
    channels,
    feed,
    randomUuid,
    setTimer,
    onEnded: ({ action }, outcome) => observer.commandEnded(action, outcome),
  });
  const persistence = announceWrites(deps.persistence, {
    channels,
    watchers,
    feed,
    presence,
    healer,
    repository,
    now,
    monotonic,
  });
  const messageDeps: HandleMessageDeps = {
    write: { ...deps, persistence },
    verifier,
    commands,
    presence,
    rates,
    isStopping: () => isStopping,
    pushes,
    onFailed,
  };
  const greetDeps = {
    channels,
    feed,
    presence,
    repository,
    verifier,
    signIns,
    inTurn: hellos.run,
    rates,
    devicesPerUser: options.devicesPerUser,
    socketsPerUser: options.socketsPerUser,
    now,
    monotonic,
  };
  feed.onGap(() => healer.healAll());

  function open(ws: WebSocket, raw: Duplex, place: Place): void {
    const session = new Session(randomUuid(), new SessionSocket(ws, raw, flusher), monotonic());
    sessions.add(session);
    const inbox = new Inbox({
      socket: session.socket,
      handle: (data, isBinary) => guarded(session, () => received(session, data, isBinary, place)),
      inTurn: (piece) => deps.inTurn(session.greeted?.userId ?? session.id, piece),
      atEndOfTurn,
    });
    ws.on('message', (data, isBinary) => inbox.take(data, isBinary));
    ws.on('pong', () => {
      session.pingsMissed = 0;
    });
    // What is wrong with a frame or the connection ends in a close, which says it all.
    ws.on('error', () => undefined);
    ws.on('close', (code) => {
      inbox.flush();
      guarded(session, () => closed(session, code, place));
    });
    raw.on('drain', () => guarded(session, () => drained(session)));
  }

  /** What is thrown out of a socket's handler would end the process: it ends this session. */
  function guarded(session: Session, handle: () => void): void {
    try {
      handle();
    } catch (error) {
      onFailed(error);
      const known = toSessionError(error);
      session.fail(known, refusalOf(known).code);
    }
  }

  function drained(session: Session): void {
    session.socket.resume('unread');
    const channel = channelOf(session);
    if (session.phase !== 'behind' || session.isClosing || channel === undefined) return;
    observer.fellBehind();
    healer.catchUp(session, channel);
  }

  function channelOf({ greeted }: Session): UserChannel | undefined {
    return greeted === undefined ? undefined : channels.find(greeted.userId);
  }

  function received(session: Session, data: RawData, isBinary: boolean, place: Place): void {
    if (session.isClosing) return;
    session.lastHeardAtMs = monotonic();
    session.pingsMissed = 0;
    const message = isBinary
      ? new CuepointError('invalid_request', 'Messages are text.')
      : readUpMessage(textOf(data));
    if (message instanceof CuepointError) {
      const { code, reason } = refusalOf(message);
      session.fail(message, code, reason);
      return;
    }
    observer.received(message.type);
    if (message.type === 'hello') {
      if (session.hasSentHello)
        session.fail(helloRequired('A session has one hello.'), CLOSE_CODES.badMessage);
      else void hello(session, message, place);
      return;
    }
    const { greeted } = session;
    const channel = channelOf(session);
    if (greeted === undefined || channel === undefined || !session.mayAsk) {
      session.fail(
        helloRequired('Send hello first, and wait for the welcome.'),
        CLOSE_CODES.badMessage,
      );
      return;
    }
    handleMessage(messageDeps, channel, session, greeted, message);
    rates.bytes.add(channel.userId, bytesOf(data));
  }

  async function hello(session: Session, message: Hello, place: Place): Promise<void> {
    session.hasSentHello = true;
    place.spoke();
    const onWelcomed = () => {
      observer.welcomed(monotonic() - session.openedAtMs);
    };
    try {
      await greet({ ...greetDeps, onWelcomed }, session, message);
    } catch (error) {
      const known = toSessionError(error);
      if (known.code === 'internal') onFailed(error);
      const { code, reason } = refusalOf(known);
      session.fail(known, code, reason);
    }
  }

  function closed(session: Session, code: number, place: Place): void {
    const isOurs = session.isClosing;
    session.isClosing = true;
    sessions.delete(session);
    place.left();
    observer.closed(code);
    const { greeted } = session;
    const channel = channelOf(session);
    if (greeted === undefined || channel?.sessions.delete(session) !== true) return;
    // Whom a stop or an end of ours sends away is expected back; who leaves says so.
    if (session.isWelcomed && !isStopping && !isForgotten(session)) {
      presence.departed(channel, greeted, code === CLOSE_CODES.leave && !isOurs);
    }
    channels.dropIfIdle(channel);
  }

  function requireRunning(): void {
    if (!isStopping) return;
    throw new CuepointError('shutting_down', 'The service is about to stop.', {
      retryAfterMs: RECONNECT_SPREAD_MIN_MS,
    });
  }

  /** One timer for all sessions. */
  function sweep(): void {
    const at = { monotonicMs: monotonic(), wallMs: now() };
    for (const session of sessions) endOverdue(session, at);
    presence.tick();
    healer.tick();
    cancelSweep = setTimer(sweep, SWEEP_INTERVAL_MS, { keepsAlive: false });
  }

  return {
    persistence,
    commands,
    inspection: createLiveInspection({ channels, watchers, now, monotonic }),
    async start() {
      cancelSweep = setTimer(sweep, SWEEP_INTERVAL_MS, { keepsAlive: false });
    },
    accept(ws, raw, address) {
      requireRunning();
      open(
        ws,
        raw,
        admission.enter(address, () => raw.destroy()),
      );
    },
    upgrade(request, raw, head) {
      requireRunning();
      const place = admission.enter(addresses.ofRequest(request), () => raw.destroy());
      let isOpen = false;
      raw.once('close', () => {
        // A handshake that fails leaves no session that would say so.
        if (!isOpen) place.left();
      });
      sockets.handleUpgrade(request, raw, head, (ws) => {
        isOpen = true;
        open(ws, raw, place);
      });
    },
    erased(userId) {
      const channel = channels.find(userId);
      if (channel !== undefined) endErased(channel);
      feed.publish(userId, { kind: 'erased' });
    },
    signedOut(userId) {
      const channel = channels.find(userId);
      if (channel !== undefined) healer.heal(channel);
      feed.publish(userId, { kind: 'pull' });
    },
    wentStale(devices) {
      presence.wentStale(devices).catch(onFailed);
    },
    stats: () => ({ sockets: sessions.size, users: channels.size }),
    async stop(timeoutMs) {
      isStopping = true;
      cancelSweep?.();
      await pushes.whenNone(timeoutMs);
      await sendAway(sessions, { random, setTimer });
      await Promise.all([healer.stop(), presence.stop()]);
    },
  };
}

/** There is nothing left of it that could be offline. */
function isForgotten({ closeCode }: Session): boolean {
  return closeCode === CLOSE_CODES.deviceRevoked || closeCode === CLOSE_CODES.userErased;
}

function bytesOf(data: RawData): number {
  return Array.isArray(data) ? Buffer.concat(data).byteLength : data.byteLength;
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
