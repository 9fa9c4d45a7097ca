/** The bounds of one message. [SEC3] */

/** UTF-16 code units of one message, at most; the socket bounds the bytes. */
export const MESSAGE_LENGTH_MAX = 1_048_576;
/** Nesting of objects and arrays in one message. */
export const MESSAGE_DEPTH_MAX = 16;
/** Fields of all objects of one message: what 500 ops need, twice over. */
export const MESSAGE_FIELDS_MAX = 10_000;
export const OPS_PER_PUSH_MAX = 500;
export const TOKEN_LENGTH_MAX = 8_192;
export const CURSOR_LENGTH_MAX = 16_384;
/** Names of HDR formats, or of audio codecs, that one device may list. */
export const FORMATS_MAX = 64;
export const REASON_LENGTH_MAX = 100;
