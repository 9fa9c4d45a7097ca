/**
 * PostgreSQL's `uuid_hash`, which is Citus' `worker_hash` of a UUID: a signed 32-bit integer.
 *
 * Bob Jenkins' lookup3 as PostgreSQL has it (`hash_bytes` in src/common/hashfn.c), for 16 bytes. The adds and rotations wrap
 * at 32 bits.
 *
 * @param uuid 32 hexadecimal digits, with dashes or without.
 */
export function uuidHash(uuid: string): number {
  const hex = uuid.replaceAll('-', '');
  let a = START + wordAt(hex, 0);
  let b = START + wordAt(hex, 8);
  let c = START + wordAt(hex, 16);

  a = (a - c) ^ rotate(c, 4);
  c += b;
  b = (b - a) ^ rotate(a, 6);
  a += c;
  c = (c - b) ^ rotate(b, 8);
  b += a;
  a = (a - c) ^ rotate(c, 16);
  c += b;
  b = (b - a) ^ rotate(a, 19);
  a += c;
  c = (c - b) ^ rotate(b, 4);
  b += a;

  a += wordAt(hex, 24);

  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  return ((c ^ b) - rotate(b, 24)) | 0;
}

const LENGTH = 16;
/** Every word begins with it. */
const START = 0x9e37_79b9 + LENGTH + 3_923_095;

/** Four bytes, the least first. */
function wordAt(hex: string, at: number): number {
  let word = 0;
  for (let index = 6; index >= 0; index -= 2) {
    word = word * 256 + Number.parseInt(hex.slice(at + index, at + index + 2), 16);
  }
  return word;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | ((word | 0) >>> (32 - bits));
}
