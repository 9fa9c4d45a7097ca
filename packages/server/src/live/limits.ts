import { DEFAULT_STALE_AFTER_MS, HEARTBEAT_INTERVAL_MS, MESSAGE_LENGTH_MAX } from '@cuepoint/core';

/** The bounds of live sessions. [SEC3] What an operator may choose is in the settings. */

/** From the open socket to its hello. [SEC1] */
export const HELLO_TIMEOUT_MS = 5_000;
/** Bytes of one message that comes in. */
export const MESSAGE_BYTES_MAX = MESSAGE_LENGTH_MAX;
/** A socket is pinged this often; one that misses two in a row is gone. */
export const PING_INTERVAL_MS = HEARTBEAT_INTERVAL_MS;
export const PINGS_MISSED_MAX = 2;
/** A device that says nothing for this long is offline, and its session ends. [LIV6] */
export const SILENT_MAX_MS = DEFAULT_STALE_AFTER_MS;
/** Bytes that wait for one socket, at most: past it its changes are dropped and it falls behind. [LIV4] */
export const SEND_BUFFER_MAX_BYTES = 1_048_576;
/** Changes that are held back while a session reads its pages, in UTF-16 code units. [LIV4] */
export const HELD_LENGTH_MAX = 262_144;
/** Ops of one user that are pushed and have no answer: past it nothing more is read of the sockets that send them. [GC9] */
export const OPS_IN_FLIGHT_MAX = 1_000;
/** Bytes of one session that are read at once in a turn of the event loop; what comes past it waits for a turn of its own. [GC9] */
export const AT_ONCE_BYTES_MAX = 4_096;
/** How long a device may be gone, without having said that it leaves, before it counts as offline. */
export const LEAVE_GRACE_MS = 5_000;
/** Devices that are taken off the registry at one time: a net that breaks leaves the database to the commits. */
export const LEAVES_AT_ONCE_MAX = 8;
/** A device that the registry saw this recently costs no write when it comes back. [GC8] */
export const SEEN_RECENTLY_MS = 60_000;
/** Times that a list of devices is read again because one of them came or went meanwhile. */
export const DEVICE_READS_MAX = 3;
/** One timer looks at all sessions: how often. */
export const SWEEP_INTERVAL_MS = 1_000;
/** Hellos that are served at one time: a herd of reconnects leaves the database to the commits. */
export const HELLOS_AT_ONCE_MAX = 8;
/** Of them of one user. [GC9] */
export const HELLOS_OF_USER_AT_ONCE_MAX = 2;
/** Sessions that are healed or caught up at one time. */
export const PULLS_AT_ONCE_MAX = 4;
/** Rows in one page of a session's changes. */
export const CHANGES_PER_MESSAGE = 500;
/** Commands of one user without their outcome. [LIV7] */
export const COMMANDS_PER_USER_MAX = 100;
/** How long an instance that holds the device may take to say so. [LIV7] */
export const COMMAND_TAKE_TIMEOUT_MS = 1_000;
/** Commands of other instances whose devices have not answered; the oldest is forgotten first. */
export const COMMANDS_GIVEN_MAX = 10_000;
/** How many sockets a second come back after a restart: the spread of their delays follows from it. [LIV5] */
export const RECONNECTS_PER_SECOND = 500;
export const RECONNECT_SPREAD_MIN_MS = 1_000;
export const RECONNECT_SPREAD_MAX_MS = 60_000;
/** How long the close handshake may take at a stop. */
export const CLOSE_TIMEOUT_MS = 2_000;
