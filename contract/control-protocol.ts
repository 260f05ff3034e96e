import * as v from 'valibot';
import { defineProtocol } from './protocol.ts';

/** Renderer (client) to main (server), over the one control port of a window. */
export const controlProtocol = defineProtocol({
  hello: v.object({
    name: v.string(),
    version: v.string(),
    platform: v.string(),
  }),
  requests: {},
  events: {},
});

export type ControlProtocol = typeof controlProtocol;
export type ControlHello = v.InferOutput<(typeof controlProtocol)['hello']>;
