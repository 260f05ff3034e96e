// npm run screenshots [-- state...]: every screen and state of the built app, light, dark and with high contrast, to
// docs/screenshots, or to the folder that MILLRACE_SCREENSHOTS names.
import { mkdir } from 'node:fs/promises';
import { provideHost } from '../find-host.ts';
import { folder, themes } from './camera.ts';
import { photographEveryday } from './everyday.ts';
import { photographOdd } from './odd.ts';
import { photographPast } from './past.ts';

provideHost();
await mkdir(folder, { recursive: true });
for (const theme of themes) {
  await photographEveryday(theme);
  await photographPast(theme);
  await photographOdd(theme);
}
