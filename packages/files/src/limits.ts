/** What one import may cost. [IMP2] */
export interface FileLimits {
  /** Members of an archive, directories included. */
  readonly filesMax: number;
  /** Bytes of one member, unpacked. */
  readonly fileBytesMax: number;
  /** Bytes of all members that are opened, unpacked. */
  readonly totalBytesMax: number;
  /** Bytes of a member for each byte that it has in the archive. */
  readonly ratioMax: number;
  /** Up to here no ratio is too high. */
  readonly ratioFreeBytes: number;
}

export const FILE_LIMITS: FileLimits = {
  filesMax: 5_000,
  fileBytesMax: 64 * 1024 * 1024,
  totalBytesMax: 512 * 1024 * 1024,
  // Deflate reaches 1,032 on one repeated byte.
  ratioMax: 200,
  ratioFreeBytes: 1024 * 1024,
};

export const COLUMNS_MAX = 500;
/** Bytes of one row of a CSV: a long review. */
export const ROW_BYTES_MAX = 1024 * 1024;
export const JSON_DEPTH_MAX = 32;
