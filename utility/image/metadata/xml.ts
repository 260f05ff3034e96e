/**
 * Where the elements and attributes of a small XML document lie in its text, with their namespaces resolved
 * (Namespaces in XML 1.0). It reads what XMP packets are made of; a document type is refused, so there are no
 * entities to expand.
 */
export interface XmlElement extends XmlName {
  /** The whole element in the text, `to` exclusive. */
  readonly from: number;
  to: number;
  /** What stands between its tags; empty for `<a/>`. */
  readonly contentFrom: number;
  contentTo: number;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlElement[];
}

export interface XmlAttribute extends XmlName {
  /** With the white space before it. */
  readonly from: number;
  readonly to: number;
  /** As written, between its quotes. */
  readonly value: string;
}

export interface XmlName {
  /** Namespace; empty when the name has none. */
  readonly uri: string;
  readonly local: string;
}

const name = String.raw`[\p{L}_][\p{L}\p{N}_.\-·]*(?::[\p{L}_][\p{L}\p{N}_.\-·]*)?`;
const attributePattern = String.raw`\s+${name}\s*=\s*(?:"[^"<]*"|'[^'<]*')`;
const startTag = new RegExp(String.raw`<(${name})((?:${attributePattern})*)\s*(/?)>`, 'uy');
const endTag = new RegExp(String.raw`</(${name})\s*>`, 'uy');
const attribute = new RegExp(String.raw`\s+(${name})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')`, 'uy');
/** What may stand between tags and is of no interest, with how it ends. */
const skipped = [
  ['<?', '?>'],
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
] as const;
const maxDepth = 100;

interface Open {
  readonly element: XmlElement;
  readonly name: string;
  readonly namespaces: ReadonlyMap<string, string>;
}

/** The elements at the top; `undefined` when the text is not well-formed. Never throws. */
export function readXml(text: string): XmlElement[] | undefined {
  const roots: XmlElement[] = [];
  const open: Open[] = [];
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const skip = skipped.find(([start]) => text.startsWith(start, at));
    if (skip !== undefined) {
      const end = text.indexOf(skip[1], at + skip[0].length);
      if (end < 0) return undefined;
      at = end + skip[1].length;
      continue;
    }
    const parent = open.at(-1);
    endTag.lastIndex = at;
    const end = endTag.exec(text);
    if (end !== null) {
      if (parent === undefined || parent.name !== end[1]) return undefined;
      parent.element.contentTo = at;
      at = parent.element.to = endTag.lastIndex;
      open.pop();
      continue;
    }
    const started = readStart(text, at, parent?.namespaces ?? new Map());
    if (started === undefined || open.length === maxDepth) return undefined;
    (parent?.element.children ?? roots).push(started.element);
    if (!started.empty) open.push(started);
    at = started.element.contentFrom;
  }
  return open.length === 0 ? roots : undefined;
}

function readStart(
  text: string,
  at: number,
  outer: ReadonlyMap<string, string>,
): (Open & { readonly empty: boolean }) | undefined {
  startTag.lastIndex = at;
  const start = startTag.exec(text);
  if (start?.[1] === undefined) return undefined;
  const raw = readAttributes(text, at + 1 + start[1].length);
  const namespaces = new Map(outer);
  for (const { name: written, value } of raw) {
    if (written === 'xmlns') namespaces.set('', value);
    else if (written.startsWith('xmlns:')) namespaces.set(written.slice('xmlns:'.length), value);
  }
  const to = startTag.lastIndex;
  const element: XmlElement = {
    ...resolve(start[1], namespaces, namespaces.get('') ?? ''),
    from: at,
    to,
    contentFrom: to,
    contentTo: to,
    attributes: raw.map((found) => ({ ...found, ...resolve(found.name, namespaces, '') })),
    children: [],
  };
  return { element, name: start[1], namespaces, empty: start[3] === '/' };
}

function readAttributes(
  text: string,
  from: number,
): { readonly name: string; readonly value: string; readonly from: number; readonly to: number }[] {
  const found = [];
  attribute.lastIndex = from;
  for (let at = from, match = attribute.exec(text); match !== null; match = attribute.exec(text)) {
    found.push({
      name: match[1] ?? '',
      value: match[2] ?? match[3] ?? '',
      from: at,
      to: attribute.lastIndex,
    });
    at = attribute.lastIndex;
  }
  return found;
}

/** A name without a prefix belongs to the default namespace if it is an element's, to none if an attribute's. */
function resolve(written: string, namespaces: ReadonlyMap<string, string>, unprefixed: string): XmlName {
  const colon = written.indexOf(':');
  if (colon < 0) return { uri: unprefixed, local: written };
  const prefix = written.slice(0, colon);
  const known = prefix === 'xml' || prefix === 'xmlns' ? prefix : namespaces.get(prefix);
  return { uri: known ?? prefix, local: written.slice(colon + 1) };
}
