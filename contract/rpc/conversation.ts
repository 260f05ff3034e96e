import * as v from 'valibot';
import { envelopeSchema, protocolVersion, seal, type Envelope } from '../envelope.ts';
import { MillraceError } from '../errors.ts';
import type { PortLike } from '../port.ts';

// What both ends of a conversation do.

/** Says something to the other end. */
export function post(port: PortLike, envelope: Parameters<typeof seal>[0]): void {
  port.post(seal(envelope));
}

/** Opens every message at the door: wrong shape, wrong version or wrong direction ends the conversation. */
export function listen(
  port: PortLike,
  receive: (envelope: Envelope) => void,
  finish: (reason: MillraceError) => void,
): void {
  port.onMessage((message) => {
    try {
      receive(open(message));
    } catch (error) {
      finish(error instanceof MillraceError ? error : protocolError(String(error)));
    }
  });
  port.onClose((reason = portClosed()) => {
    finish(reason);
  });
  port.start();
}

function open(message: unknown): Envelope {
  const envelope = v.safeParse(envelopeSchema, message);
  if (!envelope.success)
    throw protocolError('A message came that is not part of the protocol.', envelope.issues);
  if (envelope.output.v !== protocolVersion) {
    throw new MillraceError(
      'protocol-version',
      `The other process speaks protocol version ${String(envelope.output.v)}, this one ${String(protocolVersion)}. Restart Millrace.`,
    );
  }
  return envelope.output;
}

export function protocolError(message: string, issues?: readonly v.BaseIssue<unknown>[]): MillraceError {
  return new MillraceError('protocol-error', message, {
    detail: issues?.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`).join('; '),
  });
}

export function portClosed(): MillraceError {
  return new MillraceError('port-closed', 'The other process has gone.', { retriable: true });
}
