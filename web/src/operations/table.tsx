// A table of the operator's page, which scrolls by itself where it is too wide.
import type { ComponentChildren } from 'preact';
import { t, type Word } from '../state/words';

export interface Row { key: string; cells: ComponentChildren[]; below?: ComponentChildren }

export function Table({ word, columns, rows, none }: { word: Word; columns: Word[]; rows: Row[]; none?: Word }) {
  if (rows.length === 0 && !none) return null;
  return (
    <section aria-labelledby={`table-${word}`}>
      <h2 id={`table-${word}`}>{t(word)}</h2>
      {rows.length === 0 ? <p class="hint">{none && t(none)}</p> : (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby={`table-${word}`}><table>
          <thead><tr>{columns.map((column) => <th key={column} scope="col">{t(column)}</th>)}</tr></thead>
          <tbody>{rows.map(({ key, cells, below }) => (
            <>
              <tr key={key}>{cells.map((cell, index) => <td key={columns[index]}>{cell}</td>)}</tr>
              {below && <tr key={`${key} below`} class="below"><td colSpan={columns.length}>{below}</td></tr>}
            </>
          ))}</tbody>
        </table></div>
      )}
    </section>
  );
}
