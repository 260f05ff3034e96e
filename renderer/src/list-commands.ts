import { onUnmounted } from 'vue';
import type { Row } from '../../contract/app-state.ts';
import type { Command } from '../../contract/control-protocol.ts';
import { useApp } from './stores/app.ts';
import { useRows } from './stores/rows.ts';
import { reasonLines } from './words.ts';

/** Carries out what the app's menu says about the list, as long as the component is there that calls this. */
export function useListCommands(): void {
  const app = useApp();
  const rows = useRows();

  function obey(command: Command): void {
    const ids = [...rows.selected];
    switch (command) {
      case 'show-result':
        show(ids[0], 'output');
        return;
      case 'show-original':
        show(ids[0], 'source');
        return;
      case 'retry-selected':
        if (ids.length > 0) void app.ask('retry', { ids });
        return;
      case 'cancel-selected':
        if (ids.length > 0) void app.ask('cancelJobs', { ids });
        return;
      case 'copy-reasons':
        copyReasons(ids);
        return;
      case 'remove':
        if (ids.length > 0) void app.ask('remove', { ids });
        return;
      case 'convert-anyway':
        void app.ask('retry', { ids: all((row) => row.state === 'skipped') });
        return;
      default:
      // The others are for the window.
    }
  }

  function show(id: number | undefined, which: 'source' | 'output'): void {
    if (id !== undefined) void app.ask('showInFolder', { id, which });
  }

  /** Of the selected ones, or of all where none is. */
  function copyReasons(ids: readonly number[]): void {
    const wanted = ids.length > 0 ? ids : all((row) => row.state === 'failed');
    const text = reasonLines(wanted.flatMap((id) => rows.row(id) ?? []));
    if (text !== '') void app.ask('copyText', { text });
  }

  function all(wanted: (row: Row) => boolean): number[] {
    return [...rows.all()].filter(wanted).map(({ id }) => id);
  }

  onUnmounted(app.onCommand(obey));
}
