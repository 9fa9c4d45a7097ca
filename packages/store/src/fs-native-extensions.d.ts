declare module 'fs-native-extensions' {
  /** Takes an exclusive lock that ends with the file descriptor. @returns false when another holds it. */
  export function tryLock(fd: number): boolean;
}
