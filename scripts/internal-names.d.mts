/** Properties that never leave a page's memory. */
export const INTERNAL_NAMES: readonly string[];
