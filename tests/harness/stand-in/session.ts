import { KnownEmitter } from './emitter.ts';
import { throwing } from './not-implemented.ts';
import { handlers, type Handler } from './page-server.ts';
import { isReady } from './place.ts';

type RequestHandler = (
  contents: object | null,
  permission: string,
  answer: (granted: boolean) => void,
  details: object,
) => void;
type CheckHandler = (contents: object | null, permission: string, origin: string, details: object) => boolean;

/** Electron's names and the browser's own. */
const permissions = {
  geolocation: 'geolocation',
  notifications: 'notifications',
  'clipboard-read': 'clipboard-read',
  'clipboard-sanitized-write': 'clipboard-write',
  media: 'camera',
  midi: 'midi',
} as const;

const privileged = new Set<string>();

/** Custom schemes; a browser gets their pages over http (page-server.ts). */
export const protocol = throwing('protocol', {
  registerSchemesAsPrivileged(schemes: readonly { scheme: string }[]): void {
    if (isReady()) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    }
    for (const { scheme } of schemes) privileged.add(scheme);
  },
  handle(scheme: string, handler: Handler): void {
    if (handlers.has(scheme)) throw new Error(`The scheme ${scheme} is already being handled`);
    if (!privileged.has(scheme))
      throw new Error(`electron stand-in: ${scheme} is not registered as privileged`);
    handlers.set(scheme, handler);
  },
  unhandle: (scheme: string) => handlers.delete(scheme),
  isProtocolHandled: (scheme: string) => handlers.has(scheme),
});

export class Session extends KnownEmitter {
  readonly protocol = protocol;
  #request: RequestHandler | null = null;
  #check: CheckHandler | null = null;

  constructor() {
    super('session', ['will-download']);
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.#request = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.#check = handler;
  }

  setDevicePermissionHandler(): void {
    // A browser without a person grants no device to anybody.
  }

  setDisplayMediaRequestHandler(): void {
    // A browser without a person shows no screen to anybody.
  }

  /** @internal What the handlers say to each permission; a browser without a person asks nobody. */
  async answersFor(origin: string): Promise<Map<string, boolean>> {
    const answers = new Map<string, boolean>();
    for (const name of Object.keys(permissions)) {
      const details = { requestingUrl: origin, isMainFrame: true, securityOrigin: origin };
      const checked = this.#check?.(null, name, origin, details) ?? true;
      const granted = await new Promise<boolean>((resolve) => {
        if (this.#request === null) resolve(true);
        else this.#request(null, name, resolve, details);
      });
      answers.set(name, checked && granted);
    }
    return answers;
  }
}

export const defaultSession = new Session();
export const session = throwing('session', { defaultSession });

export async function permissionsOf(origin: string): Promise<object[]> {
  const answers = await defaultSession.answersFor(origin);
  return Object.entries(permissions).map(([name, own]) => ({
    permission: { name: own },
    setting: answers.get(name) === true ? 'granted' : 'denied',
  }));
}
