/** Where an item is, or belongs, in a list whose first items come before it and whose others do not. */
export function placeIn<Item>(ordered: readonly Item[], isBefore: (item: Item) => boolean): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Within the list by the loop's condition.
    if (isBefore(ordered[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
