// The editor of the JSON, CodeMirror in a shadow root: there its styles are constructed style sheets, which the page's
// Content-Security-Policy allows.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { parts } from '../request/json';
import type { Problem } from '../request/problems';
import { complete } from './complete';
import { nearestPlace } from './place';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--ink-name)' },
  { tag: tags.string, color: 'var(--ink-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--ink-number)' },
]);

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--ground)', color: 'var(--ink)' },
  '.cm-content': { fontFamily: 'ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace', caretColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--ground-low)', color: 'var(--ink-soft)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'var(--ground-line)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--accent-ink)' },
  '.cm-completionInfo': { padding: '8px', maxWidth: '280px' },
  '.cm-tooltip': { backgroundColor: 'var(--ground)', color: 'var(--ink)', border: '1px solid var(--line)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft) !important' },
});

export interface Editor { show: (text: string) => void; mark: (problems: Problem[]) => void; focus: () => void; close: () => void }

export function openEditor(host: HTMLElement, text: string, label: string, onText: (text: string) => void): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const place = document.createElement('div');
  place.style.height = '100%';
  root.replaceChildren(place);
  let told = true;
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(), lintGutter(), json(), syntaxHighlighting(colours), theme,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      autocompletion({ override: [complete], icons: false }), closeBrackets(),
      keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.updateListener.of((update) => { if (update.docChanged && told) onText(update.state.doc.toString()); }),
    ],
  });
  const view = new EditorView({ state, parent: place, root });
  const quietly = (change: () => void): void => { told = false; change(); told = true; };
  return {
    show: (next) => quietly(() => { if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }); }),
    mark: (problems) => {
      const whole = view.state.doc.toString();
      const found = problems.map(({ pointer, detail, hint }): Diagnostic => ({ ...nearestPlace(whole, parts(pointer)), severity: 'error', message: hint ? `${detail} (${hint})` : detail }));
      view.dispatch(setDiagnostics(view.state, found.sort((a, b) => a.from - b.from)));
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}
