import { CuepointError, type DeviceInfo } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { requireUnrevoked } from '../auth/authenticate.ts';

/** Ids that a user may have used, removed ones as long as they are remembered, for each device that they may have. */
const IDS_PER_DEVICE = 5;

export interface DeviceRoomDeps {
  readonly repository: Pick<SyncRepository, 'countDevices' | 'isDeviceRevoked'>;
  readonly devicesPerUser: number;
}

/**
 * The id of a removed device is refused, and a new one only while there is room. [SEC1] [SEC3] None that is there makes room for it:
 * whoever invents devices would push out those of the person.
 *
 * @param known what is registered of the user, without what was removed.
 * @throws CuepointError `device_revoked`, `limit_exceeded`
 */
export async function requireRoomForDevice(
  { repository, devicesPerUser }: DeviceRoomDeps,
  userId: string,
  deviceId: string,
  known: readonly DeviceInfo[],
): Promise<void> {
  await requireUnrevoked(repository, userId, deviceId);
  if (known.length >= devicesPerUser) {
    throw new CuepointError('limit_exceeded', `A user has at most ${devicesPerUser} devices.`, {
      limit: { name: 'devicesPerUser', value: devicesPerUser },
    });
  }
  const idsMax = IDS_PER_DEVICE * devicesPerUser;
  if ((await repository.countDevices(userId, idsMax)) < idsMax) return;
  throw new CuepointError(
    'limit_exceeded',
    `A user has had at most ${idsMax} devices, those included that were removed of late.`,
    { limit: { name: 'deviceIdsPerUser', value: idsMax } },
  );
}
