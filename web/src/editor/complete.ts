// Completes names of fields and values in the editor, from the schema of the service, which is read once.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';
import { call } from '../api/client';
import { isObject, type JsonObject } from '../request/json';
import { type Choice, fieldsOf, schemasAt, valuesOf } from './schema';

let schema: Promise<JsonObject | null> | null = null;

function readSchema(): Promise<JsonObject | null> {
  schema ??= call('/schema/request.json').then(async (answer) => {
    const read: unknown = await answer.json();
    return isObject(read) ? read : null;
  }).catch(() => null);
  return schema;
}

const unquoted = (text: string): string => { try { return String(JSON.parse(text)); } catch { return text.replaceAll('"', ''); } };

const nameOf = (state: EditorState, property: SyntaxNode): string => {
  const name = property.getChild('PropertyName');
  return name ? unquoted(state.sliceDoc(name.from, name.to)) : '';
};

// The path to an object, an array or a value, from the root of the request.
function pathOf(state: EditorState, node: SyntaxNode): string[] {
  const path: string[] = [];
  for (let at: SyntaxNode | null = node; at?.parent; at = at.parent) {
    if (at.parent.name === 'Property' && at.name !== 'PropertyName') path.unshift(nameOf(state, at.parent));
    if (at.parent.name === 'Array') {
      let index = 0;
      for (let before = at.prevSibling; before; before = before.prevSibling) if (!/^[[\],⚠]$/.test(before.name)) index += 1;
      path.unshift(String(index));
    }
  }
  return path;
}

// The value of `type` in each object around a node, found by the object's path.
function typesAround(state: EditorState, node: SyntaxNode): (path: string[]) => string | undefined {
  const types = new Map<string, string>();
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    if (at.name !== 'Object') continue;
    const type = at.getChildren('Property').find((property) => nameOf(state, property) === 'type')?.lastChild;
    if (type?.name === 'String') types.set(pathOf(state, at).join('/'), unquoted(state.sliceDoc(type.from, type.to)));
  }
  return (path) => types.get(path.join('/'));
}

const options = (choices: Choice[], write: (label: string) => string): Completion[] =>
  choices.map(({ label, detail }) => ({ label: write(label), displayLabel: label, info: detail || undefined }));

export async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const root = await readSchema();
  if (!root || context.aborted) return null;
  const { state, pos } = context;
  const node = syntaxTree(state).resolveInner(pos, -1);
  const word = context.matchBefore(/"?[\w-]*/);
  const from = word?.from ?? pos;
  if (!context.explicit && (!word || word.from === word.to)) return null;
  const types = typesAround(state, node);
  const property = node.name === 'Property' ? node : node.parent?.name === 'Property' ? node.parent : null;
  const to = state.sliceDoc(pos, pos + 1) === '"' && state.sliceDoc(from, from + 1) === '"' ? pos + 1 : pos;
  const isValue = property && node.name !== 'PropertyName' && /:\s*"?[\w-]*$/.test(state.sliceDoc(property.from, pos));
  if (isValue) {
    const around = property.parent ? pathOf(state, property.parent) : [];
    // While a `type` is being typed, its own value does not restrict the choices for it.
    const choices = valuesOf(schemasAt(root, [...around, nameOf(state, property)], (path) => (nameOf(state, property) === 'type' && path.length === around.length ? undefined : types(path))));
    return { from, to, options: options(choices, (label) => label) };
  }
  const object = node.name === 'Object' ? node : property?.parent ?? (node.parent?.name === 'Object' ? node.parent : null);
  if (object?.name !== 'Object') return null;
  const there = object.getChildren('Property').filter((one) => pos < one.from || pos > one.to).map((one) => nameOf(state, one));
  const follows = /^"?\s*:/.test(state.sliceDoc(pos, pos + 20));
  const choices = fieldsOf(schemasAt(root, pathOf(state, object), types)).filter(({ label }) => !there.includes(label));
  return { from, to, options: options(choices, (label) => `${JSON.stringify(label)}${follows ? '' : ': '}`) };
}
