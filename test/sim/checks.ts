import { compareStamps, isCard, opToWire, type Op, type WireOp } from '@cuepoint/core';
import type { WatchState } from '@cuepoint/client';
import { textToCursor } from '../../packages/store/src/cursor.ts';
import { Violation, type Ledger } from './ledger.ts';
import { keyOfWire, orderOf, registerOf, stampedKeyOf } from './op-key.ts';
import { cardsText, modelList, type Knowledge } from './viewing.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimDevice } from './sim-device.ts';
import type { MemoryStore } from './store/memory-database.ts';
import { isVisible, textToSnapshot } from './store/snapshot.ts';

/** A device keeps a tombstone for as long at least, in ms. [SDK8] */
const TOMBSTONE_KEPT_MIN_MS = 300_000;

/** What the checks look at. */
export interface Checked {
  readonly scheduler: Pick<Scheduler, 'now'>;
  readonly store: MemoryStore;
  readonly ledger: Ledger;
  readonly knowledge: Knowledge;
  readonly devices: readonly SimDevice[];
  readonly userIds: readonly string[];
  fail(violation: Violation): void;
}

/** (a) An acknowledgement that arrives is of something that is stored by now. [GC1] [LIV1] */
export function checkAcked(world: Checked, userId: string, op: WireOp): void {
  if (!isStored(world.store, userId, op)) {
    world.fail(new Violation('a', `${keyOfWire(op)} was acknowledged and is not stored`));
  }
}

/** Whether every device has sent what it had, and shows what the store holds. */
export function isConverged({ store, devices, knowledge }: Checked): boolean {
  return devices.every((device) => {
    const { state, userId } = device;
    if (state === undefined || device.hasUnseen || !device.disk.isIdle) return false;
    const status = state.status.get();
    if (!status.isOnline || status.pending > 0 || status.userId !== userId) return false;
    return (
      shownBy(device) === storedOf(store, userId, knowledge) &&
      knownBy(state) === rowsOf(store, userId)
    );
  });
}

/** (e) Whoever has a cursor shows every commit that it stands for. [CUR1] */
export function checkCursors(world: Checked): void {
  for (const device of world.devices) {
    const inspection = device.state?.inspect();
    const userId = device.shownUserId;
    if (inspection?.cursor === undefined || userId === undefined) continue;
    const snapshot = textToSnapshot(textToCursor(inspection.cursor).seen);
    const { added, removed, registers } = indexed(inspection.acknowledged);
    for (const row of world.store.tables.log) {
      if (row.userId !== userId || !isVisible(row.xid, snapshot)) continue;
      if (row.kind === 'register') {
        const shown = registers.get(registerOf(row.op) ?? '');
        if (shown !== undefined && compareStamps(shown, row.op) >= 0) continue;
      } else {
        const { tag, removed: removal } = row.entry;
        if (removed.has(tag) || world.store.tables.collected.has(tag)) continue;
        if (added.has(tag) ? removal === null : mayBeForgotten(world, device, userId, tag))
          continue;
      }
      world.fail(
        new Violation('e', `${device.name} at ${inspection.cursor} lacks ${JSON.stringify(row)}`),
      );
    }
  }
}

/** (a) A device knows what it was told is stored: acknowledged, and through a crash. [SDK8] */
export function checkOwnAcks(world: Checked): void {
  for (const device of world.devices) {
    const inspection = device.state?.inspect();
    const userId = device.shownUserId;
    if (inspection === undefined || userId === undefined || userId !== device.userId) continue;
    const { added, removed, registers } = indexed([
      ...inspection.acknowledged,
      ...inspection.outbox.map(({ op }) => op),
    ]);
    for (const op of world.ledger.ackedOf(device.name, userId)) {
      if (op.kind === 'watchlist.add' || op.kind === 'watchlist.remove') {
        const tags = op.kind === 'watchlist.add' ? [op.tag] : op.tags;
        const isKnown = (tag: string) =>
          removed.has(tag) ||
          (op.kind === 'watchlist.add' && added.has(tag)) ||
          world.store.tables.collected.has(tag) ||
          (!added.has(tag) && mayBeForgotten(world, device, userId, tag)) ||
          // An add that lost to a remove: the remove comes with the changes.
          (op.kind === 'watchlist.add' && world.ledger.userOf(userId).removes.has(tag));
        if (tags.every(isKnown)) continue;
      } else {
        const register = registerOf(op);
        // Plays are in no replica. [PLY1]
        if (register === undefined) continue;
        const known = registers.get(register);
        if (known !== undefined && orderOf(opToWire(known)) >= orderOf(op)) continue;
      }
      world.fail(new Violation('a', `${device.name} has forgotten ${keyOfWire(op)}`));
    }
  }
}

/** (l) A list that is kept is the one that the rules make of what the device shows. [CW9] */
export function checkLists(world: Checked): void {
  for (const { name, continueWatching } of world.devices) {
    if (continueWatching === undefined) continue;
    const kept = cardsText(continueWatching.list());
    const made = cardsText(continueWatching.explain().filter(isCard));
    if (kept !== made) world.fail(new Violation('l', `${name} shows ${kept}, not ${made}`));
  }
}

/** Whether a device may know nothing of a tag any more: it heard long ago that it is removed, and it is. [SDK8] */
function mayBeForgotten(
  { ledger, scheduler, store }: Checked,
  device: SimDevice,
  userId: string,
  tag: string,
): boolean {
  const heardAtMs = ledger.heardRemovedAtMs(device.name, tag);
  const stored = store.tables.tags.get(`${userId} ${tag}`);
  const isRemoved = stored === undefined || stored.entry.removed !== null;
  return (
    isRemoved && heardAtMs !== undefined && scheduler.now() - heardAtMs >= TOMBSTONE_KEPT_MIN_MS
  );
}

/** Everything that holds once all have everything. @throws Violation */
export function checkQuiet(world: Checked): void {
  for (const userId of world.userIds) {
    checkModel(world, userId);
    for (const device of world.devices) {
      if (device.userId === userId) checkReplica(world, device);
    }
  }
}

/** (a) to (d), (i): what is stored is what was sent and acknowledged, no more and no less. */
function checkModel({ store, ledger }: Checked, userId: string): void {
  const user = ledger.userOf(userId);
  const live = new Set<string>();
  for (const { userId: owner, entry } of store.tables.tags.values()) {
    if (owner !== userId || entry.removed !== null || entry.added === null) continue;
    live.add(entry.tag);
    if (!user.adds.has(entry.tag))
      throw new Violation('i', `nobody of ${userId} added ${entry.tag}`);
    if (user.ackedRemoves.has(entry.tag)) {
      throw new Violation('c', `${entry.tag} was removed and is there again`);
    }
  }
  for (const tag of user.ackedAdds) {
    if (live.has(tag) || user.removes.has(tag)) continue;
    throw new Violation('d', `${tag} was added, nobody has removed it, and it is gone`);
  }
  checkPlays(store, ledger, userId);
  for (const [contentId, stamp] of user.ackedProgress) {
    const stored = store.tables.registers.get(`${userId} ${contentId}`);
    if (stored === undefined || orderOf(opToWire(stored.op)) < stamp) {
      throw new Violation('a', `progress of ${contentId} at ${stamp} was acknowledged and is lost`);
    }
  }
  for (const { userId: owner, op } of store.tables.registers.values()) {
    if (owner !== userId) continue;
    const stored = opToWire(op);
    const written = user.progress.get(keyOfWire(stored));
    if (written === undefined || orderOf(written) !== orderOf(stored)) {
      throw new Violation('i', `nobody of ${userId} wrote ${stampedKeyOf(stored)}`);
    }
  }
}

/** The same of the history. [PLY1] */
function checkPlays({ tables }: MemoryStore, ledger: Ledger, userId: string): void {
  const user = ledger.userOf(userId);
  const live = new Set<string>();
  for (const { userId: owner, play } of tables.plays.values()) {
    if (owner !== userId || play.removed !== null || play.added === null) continue;
    live.add(play.tag);
    if (!user.plays.has(play.tag)) {
      throw new Violation('i', `nobody of ${userId} told of the play ${play.tag}`);
    }
    if (user.ackedPlayRemoves.has(play.tag)) {
      throw new Violation('c', `the play ${play.tag} was removed and is there again`);
    }
  }
  for (const playId of user.ackedPlays) {
    if (live.has(playId) || user.playRemoves.has(playId)) continue;
    throw new Violation('d', `the play ${playId} was told, nobody has removed it, and it is gone`);
  }
}

/** (b) The replica equals the store. (c) From here on it knows what is removed. (f) Its disk holds nothing back. */
function checkReplica({ store, ledger, knowledge }: Checked, device: SimDevice): void {
  const { state, userId, disk } = device;
  if (state === undefined) throw new Violation('f', `${device.name} does not run`);
  const [shown, stored] = [shownBy(device), storedOf(store, userId, knowledge)];
  if (shown !== stored) throw new Violation('b', `${device.name} shows ${shown}, not ${stored}`);
  if (knownBy(state) !== rowsOf(store, userId)) {
    throw new Violation(
      'b',
      `${device.name} knows ${knownBy(state)}, not ${rowsOf(store, userId)}`,
    );
  }
  const { deadLetters } = state.status.get();
  const left = [...disk.records(device.namespace).keys()].filter((key) => key.startsWith('o/'));
  if (left.length > deadLetters) {
    throw new Violation(
      'f',
      `${device.name} has no change that waits, and its storage has ${left.join()}`,
    );
  }
  device.knownRemoved = new Set(ledger.userOf(userId).ackedRemoves);
  device.checkNeverBack();
}

export function comparison({ store, knowledge }: Checked, device: SimDevice): string {
  return `shows ${shownBy(device)}; stored ${storedOf(store, device.userId, knowledge)}`;
}

/** What a person sees on the device, as text. */
function shownBy({ state, continueWatching }: SimDevice): string {
  const list = continueWatching?.list() ?? [];
  const films = (state?.watchlist.list() ?? []).map(({ contentId }) => contentId);
  const progress = (state?.progress.list() ?? []).map(
    ({ contentId, positionSeconds }) => `${contentId}=${positionSeconds}`,
  );
  return `${films.sort().join()} ${progress.sort().join()} ${cardsText(list)}`;
}

function storedOf({ tables }: MemoryStore, userId: string, knowledge: Knowledge): string {
  const films = new Set<string>();
  for (const { userId: owner, entry } of tables.tags.values()) {
    if (owner === userId && entry.removed === null) films.add(entry.contentId);
  }
  const progress: string[] = [];
  for (const { userId: owner, op } of tables.registers.values()) {
    if (owner !== userId || op.kind !== 'progress.set') continue;
    progress.push(`${op.contentId}=${op.positionSeconds}`);
  }
  const list = modelList(tables, userId, knowledge);
  return `${[...films].sort().join()} ${progress.sort().join()} ${cardsText(list)}`;
}

/** What a device knows to be stored: a film that was taken off and put on again looks as before. */
function knownBy(state: WatchState): string {
  const { added, removed, registers } = indexed(state.inspect().acknowledged);
  const tags = [...added].filter((tag) => !removed.has(tag));
  return `${tags.sort().join()} ${[...registers.values()].map(stampedContent).sort().join()}`;
}

function rowsOf({ tables }: MemoryStore, userId: string): string {
  const tags: string[] = [];
  for (const { userId: owner, entry } of tables.tags.values()) {
    if (owner === userId && entry.removed === null) tags.push(entry.tag);
  }
  const registers: string[] = [];
  for (const { userId: owner, op } of tables.registers.values()) {
    if (owner === userId) registers.push(stampedContent(op));
  }
  return `${tags.sort().join()} ${registers.sort().join()}`;
}

function stampedContent(op: Op): string {
  return `${registerOf(op)} ${orderOf(opToWire(op))} ${op.deviceId}`;
}

function isStored({ tables }: MemoryStore, userId: string, op: WireOp): boolean {
  if (op.kind === 'watchlist.add') {
    return tables.tags.has(`${userId} ${op.tag}`) || tables.collected.has(op.tag);
  }
  if (op.kind === 'watchlist.remove') {
    return op.tags.every((tag) => {
      const stored = tables.tags.get(`${userId} ${tag}`);
      return stored === undefined ? tables.collected.has(tag) : stored.entry.removed !== null;
    });
  }
  if (op.kind === 'play.add') return tables.plays.has(`${userId} ${op.playId}`);
  if (op.kind === 'play.remove') {
    return op.playIds.every((id) => tables.plays.get(`${userId} ${id}`)?.play.removed != null);
  }
  const stored = tables.registers.get(`${userId} ${registerOf(op)}`);
  return stored !== undefined && orderOf(opToWire(stored.op)) >= orderOf(op);
}

function indexed(ops: readonly Op[]) {
  const added = new Set<string>();
  const removed = new Set<string>();
  const registers = new Map<string, Op>();
  for (const op of ops) {
    if (op.kind === 'watchlist.add') added.add(op.tag);
    else if (op.kind === 'watchlist.remove') for (const tag of op.tags) removed.add(tag);
    else {
      // An older write may still wait for its answer while a later one has it.
      const register = registerOf(op) ?? '';
      const known = registers.get(register);
      if (known === undefined || compareStamps(known, op) < 0) registers.set(register, op);
    }
  }
  return { added, removed, registers };
}
