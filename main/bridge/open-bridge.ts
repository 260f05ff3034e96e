import { availableParallelism, totalmem } from 'node:os';
import type { App, IpcMain, MessageChannelMain, utilityProcess } from 'electron';
import type { ControlHello } from '../../contract/control-protocol.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import type { HandleTable } from '../app/handles.ts';
import type { Log } from '../app/log.ts';
import type { Shell } from '../app/shell.ts';
import { systemClock } from '../engine/clock.ts';
import { describeHead } from '../files/picture-head.ts';
import { createFileSources } from '../files/sources.ts';
import { createLinkSources } from '../net/link-sources.ts';
import { forgetful, type State } from '../past/state.ts';
import type { Preferences } from '../store/preferences.ts';
import { belowWindow } from '../workers/priority.ts';
import { createUtilityHost } from '../workers/utility-host.ts';
import { serveControl, type ControlBridge } from './control-bridge.ts';
import { createDesk, type Desk } from './desk.ts';
import type { DeskFolders } from './folders.ts';
import { preferencesInMemory } from './preferences.ts';
import { createPreviewPorts } from './preview-ports.ts';
import { createPreviews } from './previews.ts';
import { createRecentLinks } from './recent-links.ts';
import { openWorks } from './works.ts';

export interface BridgeOptions {
  /** What of Electron the bridge and the workers stand on; `app` must be ready. */
  readonly electron: {
    readonly app: Pick<App, 'on' | 'off'>;
    readonly ipcMain: Pick<IpcMain, 'on'>;
    readonly utilityProcess: Pick<typeof utilityProcess, 'fork'>;
    readonly openChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>;
  };
  readonly origin: string;
  readonly hello: ControlHello;
  readonly shell: Shell;
  readonly handles: Pick<HandleTable, 'resolve'>;
  readonly folders: DeskFolders;
  /** Path of the worker's entry. */
  readonly worker: string;
  readonly log: Log;
  /** Links to this computer and to private networks are refused unless this is true. */
  readonly allowPrivateLinks?: boolean;
  /** What was set and what is written down; both are forgotten with the app by default. */
  readonly preferences?: Preferences;
  readonly state?: State;
}

/** Puts the desk, the workers and the door for pages together from real disks, links and processes. */
export function openBridge(options: BridgeOptions): { readonly desk: Desk; readonly control: ControlBridge } {
  const { electron, origin, hello, shell, handles, folders, worker, log } = options;
  const clock = systemClock;
  const write = (level: LogLevel, message: string): void => {
    log[level](message);
  };
  // In a container the machine's memory is not ours.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const machine = { cores: availableParallelism(), memory };
  const previewPorts = createPreviewPorts(electron.openChannel);
  const files = createFileSources();
  const state = options.state ?? forgetful({ workingFolder: folders.outputs });
  const links = createRecentLinks(
    createLinkSources({
      allowPrivate: options.allowPrivateLinks ?? false,
      clock,
      describe: describeHead,
      onShare: (source, share) => {
        desk.downloaded(source, share);
      },
    }),
  );
  const desk = createDesk({
    openWorks: (settings) =>
      openWorks(
        {
          host: (priority) =>
            createUtilityHost({
              electron,
              clock,
              entry: worker,
              log: write,
              priority: priority === 'normal' ? priority : belowWindow,
            }),
          files,
          links,
          outputs: state.outputs,
          clock,
          machine,
          log: write,
          onWorkerReady: previewPorts.workerReady,
        },
        settings,
      ),
    shell,
    handles,
    preferences: options.preferences ?? preferencesInMemory(),
    state,
    clock,
    machine,
    folders,
    log: write,
  });
  const previews = createPreviews(desk, write);
  const control = serveControl(electron, { origin, hello, desk, shell, previews, previewPorts, clock, log });
  return { desk, control };
}
