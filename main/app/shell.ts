import type { BatchView, Settings } from '../../contract/app-state.ts';

/**
 * What the window's session asks of the desktop around it. The session knows nothing of Electron; the shell knows nothing
 * of jobs. Dialogs belong to the window and answer once a person has.
 */
export interface Shell {
  /** Paths of the pictures a person chose; empty when none. */
  chooseFiles(): Promise<readonly string[]>;
  /** Paths of the folders a person chose; empty when none. */
  chooseFolder(): Promise<readonly string[]>;
  /** Path of a folder for outputs; undefined when the dialog was closed. */
  chooseDestination(): Promise<string | undefined>;
  /** Path of a preset file to read. */
  choosePresetToImport(): Promise<string | undefined>;
  /** Path of the file to write the preset of this name to. */
  choosePresetExport(name: string): Promise<string | undefined>;
  /** Whether originals may be replaced; `count` of them when it is known. */
  confirmReplace(count: number | undefined): Promise<boolean>;
  /** Whether a batch that still works may be stopped and taken out of the window. */
  confirmStop(): Promise<boolean>;
  showInFolder(path: string): void;
  /** Begins the system's drag of these files out of the window. */
  startDrag(paths: readonly string[]): void;
  copyText(text: string): void;
  /** Shows the log file in its folder. */
  showLogs(): void;
  setTheme(theme: Settings['theme']): void;
  setLogLevel(level: Settings['logLevel']): void;
  /**
   * The batch in the window is another than before, or none. Moves the progress of the task bar, keeps the computer
   * awake while there is work, tells a person who looks elsewhere that it has ended, and brings the menu up to date.
   */
  batchChanged(view: BatchView | undefined): void;
}
