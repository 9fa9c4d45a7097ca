/** The bounds of one message, and the times that both sides keep. [SEC3] */

/** UTF-16 code units of one message, at most; the socket bounds the bytes. */
export const MESSAGE_LENGTH_MAX = 1_048_576;
/** Nesting of objects and arrays in one message. */
export const MESSAGE_DEPTH_MAX = 16;
/** Fields of all objects of one message: 500 ops of 20 fields, as a register of a content has with its value. */
export const MESSAGE_FIELDS_MAX = 10_000;
export const OPS_PER_PUSH_MAX = 500;
export const TOKEN_LENGTH_MAX = 8_192;
export const CURSOR_LENGTH_MAX = 16_384;
/** Names of HDR formats, or of audio codecs, that one device may list. */
export const FORMATS_MAX = 64;
export const REASON_LENGTH_MAX = 100;
/** How often a device says that it is still there. [LIV6] */
export const HEARTBEAT_INTERVAL_MS = 30_000;
/** A device that was asked for something has this long to answer. [LIV7] */
export const COMMAND_TIMEOUT_MS = 5_000;
/** Pushes of one session without their ack, at most. */
export const PUSHES_IN_FLIGHT_MAX = 32;
