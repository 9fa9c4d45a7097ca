/** @returns the text of each file by its path in `packages/client/dist`. */
export function clientFiles(): Promise<Map<string, string>>;
export function buildClient(): Promise<void>;
