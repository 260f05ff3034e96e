/**
 * Makes whatever is missing throw by its name, instead of being `undefined` and failing somewhere else. Symbols and
 * `then` stay missing: the language itself asks for them.
 */
export function throwing<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      if (typeof key === 'string' && key !== 'then' && key !== 'toJSON' && !(key in object)) {
        throw notImplemented(`${name}.${key}`);
      }
      return Reflect.get(object, key, receiver) as unknown;
    },
  });
}

export function notImplemented(what: string): Error {
  return new Error(`electron stand-in: ${what} is not implemented`);
}

/** For options: throws for the first that is not among the known ones. */
export function refuseUnknown(where: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw notImplemented(`the option ${unknown} of ${where}`);
}
