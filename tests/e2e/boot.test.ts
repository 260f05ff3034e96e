import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';

it('opens to an empty window that says what to do', async () => {
  await using app = await openApp();
  const { page } = app;
  await page.getByRole('heading', { name: 'Drop pictures, folders or links here' }).waitFor();
  await page.getByRole('button', { name: 'Choose files' }).waitFor();
  await page.getByText('Keeps each format').waitFor();
  expect(await page.title()).toBe('Millrace');
  expect(await app.agent.address()).toBe('app://millrace/');
  expect(app.complaints).toEqual([]);
  expect(await app.quit()).toBe(0);
});

it('gives the page nothing of Node, and runs no script but its own', async () => {
  await using app = await openApp();
  const { page } = app;
  const found = await page.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
      (name) => name in window,
    ),
    bridge: Object.keys(window).includes('millrace')
      ? Object.keys(Reflect.get(window, 'millrace') as object)
      : [],
  }));
  expect(found).toEqual({ globals: [], bridge: ['requestControlPort', 'handlesFor'] });

  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    return 'injected' in window;
  });
  expect(ran).toBe(false);
  const reached = await page.evaluate(() =>
    fetch('https://example.com/').then(
      () => 'reached',
      () => 'refused',
    ),
  );
  expect(reached).toBe('refused');
  expect(app.complaints.join()).toContain('Content Security Policy');
});

it('stays where it is, opens no window and is granted nothing', async () => {
  await using app = await openApp();
  const { page } = app;
  expect(await page.evaluate(() => window.open('https://example.com/'))).toBeNull();
  const refused = Promise.withResolvers<unknown>();
  page.on('requestfailed', refused.resolve);
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.com/';
    document.body.append(link);
    link.click();
  });
  await refused.promise;
  expect(await app.agent.address()).toBe('app://millrace/');
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  const states = await page.evaluate(() =>
    Promise.all(
      (['geolocation', 'notifications'] as const).map(
        async (name) => (await navigator.permissions.query({ name })).state,
      ),
    ),
  );
  expect(states).toEqual(['denied', 'denied']);
  expect(await app.log()).toContain('A navigation to https://example.com/ was blocked.');
});
