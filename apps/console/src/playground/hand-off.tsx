import { useDevices, useWatchState } from '@cuepoint/client/react';
import { useState } from 'react';

interface Props {
  readonly contentId: string;
  /** In seconds; a fraction is cut off. */
  readonly positionOf: () => number;
}

const REASONS: Readonly<Record<string, string>> = {
  expired: 'did not answer in time',
  refused: 'said no',
  unreachable: 'cannot be reached',
};

/** Moves the film to another screen that is on. */
export function HandOff({ contentId, positionOf }: Props) {
  const { devices } = useDevices();
  const state = useWatchState();
  const [outcome, setOutcome] = useState('');
  const others = devices.filter((device) => !device.isThisDevice && device.state === 'online');

  async function handOff(to: string, name: string): Promise<void> {
    setOutcome(`Handing to ${name} …`);
    const result = await state?.devices.handOff(to, {
      contentId,
      positionSeconds: Math.floor(positionOf()),
    });
    const ended = result?.outcome ?? 'unreachable';
    setOutcome(ended === 'applied' ? '' : `${name} ${REASONS[ended] ?? ended}.`);
  }

  return (
    <span className="hand-off">
      {others.map(({ deviceId, deviceName }) => (
        <button
          key={deviceId}
          type="button"
          className="small"
          onClick={() => void handOff(deviceId, deviceName ?? deviceId)}
        >
          To {deviceName ?? deviceId}
        </button>
      ))}
      <output className="quiet">{outcome}</output>
    </span>
  );
}
