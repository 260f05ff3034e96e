import { throwing } from './not-implemented.ts';

/** There is nobody here to answer: the tests take the place of these functions (see agent.ts). */
function unanswered(name: string): () => never {
  return () => {
    throw new Error(`electron stand-in: dialog.${name} was called and nobody is there to answer`);
  };
}

export const dialog = throwing('dialog', {
  showOpenDialog: unanswered('showOpenDialog'),
  showSaveDialog: unanswered('showSaveDialog'),
  showMessageBox: unanswered('showMessageBox'),
  showErrorBox: (title: string, content: string) => {
    process.stderr.write(`${title}: ${content}\n`);
  },
});
