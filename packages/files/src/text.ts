const UTF8_BOM = [0xef, 0xbb, 0xbf];

/** What Windows-1252 has at 0x80 to 0x9f; Node 20 decodes these as if they were of Latin-1. */
const UPPER_SIGNS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const UPPER_FIRST = 0x80;

function windows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[\x80-\x9f]/g, (sign) => UPPER_SIGNS[sign.charCodeAt(0) - UPPER_FIRST] ?? sign);
}

function startsWith(bytes: Uint8Array, signs: readonly number[]): boolean {
  return signs.every((sign, index) => bytes[index] === sign);
}

/**
 * The text of a file: UTF-8 or UTF-16 by its mark, else UTF-8 where every byte fits, else Windows-1252, in which
 * spreadsheets and IMDb (2019 to 2022) wrote. The last one reads anything, so nothing is lost to an encoding.
 */
export function decodeText(bytes: Uint8Array): string {
  if (startsWith(bytes, [0xff, 0xfe])) return new TextDecoder('utf-16le').decode(bytes);
  if (startsWith(bytes, [0xfe, 0xff])) return new TextDecoder('utf-16be').decode(bytes);
  if (startsWith(bytes, UTF8_BOM)) return new TextDecoder('utf-8').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return windows1252(bytes);
  }
}
