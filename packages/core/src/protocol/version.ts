/** Raised when a message changes in a way that an older peer does not understand. */
export const PROTOCOL_VERSION = 2;
