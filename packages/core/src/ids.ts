/**
 * The patterns of ids, as JSON Schema takes them (`u` flag). One place: the wire schemas, the
 * library and the command line all refuse the same strings.
 */

/** 1 to 255 code points, well-formed, no control characters, not `.` or `..`. */
export const CONTENT_ID_PATTERN = '^(?!\\.{1,2}$)[^\\p{Cc}\\p{Cs}]{1,255}$';
/** A content id, or a device's content: `<deviceId>/<contentId>`; a device id has no slash. */
export const REGISTER_KEY_PATTERN = '^(?!\\.{1,2}$)[^\\p{Cc}\\p{Cs}]{1,511}$';
/** 1 to 255 ASCII characters; ASCII makes code-unit order and `collate "C"` one order. [HLC6] */
export const DEVICE_ID_PATTERN = '^[A-Za-z0-9._:-]{1,255}$';
/** Lower or upper case; {@link normalizeUuid} gives the form that is stored. */
export const UUID_PATTERN = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

export const SECONDS_MAX = 2_147_483_647;

/** The same without `\p`, which is younger than the oldest engine of the client. [ENG1] */
// oxlint-disable-next-line no-control-regex -- they are what it refuses
const contentIdRegExp = /^(?!\.{1,2}$)[^\0-\x1f\x7f-\x9f\ud800-\udfff]{1,255}$/u;
const deviceIdRegExp = new RegExp(DEVICE_ID_PATTERN, 'u');
const uuidRegExp = /* @__PURE__ */ new RegExp(UUID_PATTERN, 'u');

// The checks take anything: callers without types pass it, and a RegExp alone would read `undefined`
// as the text 'undefined'.

export function isContentId(value: unknown): boolean {
  return typeof value === 'string' && contentIdRegExp.test(value);
}

export function isDeviceId(value: unknown): boolean {
  return typeof value === 'string' && deviceIdRegExp.test(value);
}

export function isUuid(value: unknown): boolean {
  return typeof value === 'string' && uuidRegExp.test(value);
}

/** One spelling for one id: PostgreSQL prints UUIDs in lower case, tags are compared as text. */
export function normalizeUuid(uuid: string): string {
  return uuid.toLowerCase();
}
