// Controls for a field of the request, which is named by its JSON Pointer: a control shows the field's value and problems, and changes it.
import type { ComponentChildren } from 'preact';
import { get, type Json, textAt } from '../request/json';
import { fieldId, problemsOf } from '../request/problems';
import { edit, problems, request } from '../state/composition';
import { Icon, type IconName } from './icons';
import { Said } from './said';

interface ButtonProps {
  icon?: IconName; label: string; onClick: (event: MouseEvent) => void; kind?: 'main' | 'quiet' | 'bare'; wordless?: boolean; disabled?: boolean; pressed?: boolean; id?: string;
}

export function Button({ icon, label, onClick, kind = 'quiet', wordless, disabled, pressed, id }: ButtonProps) {
  return (
    <button type="button" id={id} class={`button ${kind}${wordless ? ' wordless' : ''}`} onClick={onClick} disabled={disabled} aria-label={wordless ? label : undefined} title={wordless ? label : undefined} aria-pressed={pressed}>
      {icon && <Icon name={icon} />}
      {!wordless && <span>{label}</span>}
    </button>
  );
}

interface FieldProps { pointer: string; label: string; hint?: string; wide?: boolean; shownElsewhere?: string[]; children: ComponentChildren }

export function Problems({ pointer, shownElsewhere }: { pointer: string; shownElsewhere?: string[] }) {
  const found = problemsOf(problems.value, pointer, shownElsewhere);
  if (found.length === 0) return null;
  return (
    <ul class="problems" id={`${fieldId(pointer)}-problems`}>
      {found.map(({ detail, hint }) => <li key={detail}><Said text={detail} />{hint ? <span class="hint"><Said text={hint} /></span> : null}</li>)}
    </ul>
  );
}

export function Field({ pointer, label, hint, wide, shownElsewhere, children }: FieldProps) {
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={fieldId(pointer)}>{label}</label>
      {children}
      {hint && <p class="hint">{hint}</p>}
      <Problems pointer={pointer} shownElsewhere={shownElsewhere} />
    </div>
  );
}

const marks = (pointer: string) => {
  const wrong = problemsOf(problems.value, pointer).length > 0;
  return { id: fieldId(pointer), 'aria-invalid': wrong || undefined, 'aria-describedby': wrong ? `${fieldId(pointer)}-problems` : undefined };
};

interface OfField { pointer: string; label: string; hint?: string; wide?: boolean }

export function TextField({ placeholder, list, ...field }: OfField & { placeholder?: string; list?: string }) {
  const { pointer } = field;
  return (
    <Field {...field}>
      <input type="text" {...marks(pointer)} value={textAt(request.value, pointer)} placeholder={placeholder} list={list} autocomplete="off"
        onInput={({ currentTarget }) => edit(pointer, currentTarget.value === '' ? undefined : currentTarget.value)} />
    </Field>
  );
}

export function NumberField({ min, max, step, placeholder, ...field }: OfField & { min?: number; max?: number; step?: number | 'any'; placeholder?: string }) {
  const { pointer } = field;
  return (
    <Field {...field}>
      <input type="number" {...marks(pointer)} value={textAt(request.value, pointer)} min={min} max={max} step={step ?? 'any'} placeholder={placeholder} inputMode="decimal"
        onInput={({ currentTarget }) => edit(pointer, currentTarget.value === '' ? undefined : currentTarget.valueAsNumber)} />
    </Field>
  );
}

// The first of the choices stands for a field that is absent. A value that is no choice is kept, and shown as it is.
export function ChoiceField({ choices, onChoose, ...field }: OfField & { choices: [string, string][]; onChoose?: (value: string) => void }) {
  const { pointer } = field;
  const value = get(request.value, pointer);
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const known = choices.some(([choice]) => choice === text);
  const choose = onChoose ?? ((chosen: string) => edit(pointer, chosen === '' ? undefined : chosen));
  return (
    <Field {...field}>
      <select {...marks(pointer)} value={text} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {!known && <option value={text}>{text.slice(0, 40)}</option>}
        {choices.map(([choice, words]) => <option key={choice} value={choice}>{words}</option>)}
      </select>
    </Field>
  );
}

export function CheckField({ pointer, label, usual, whenOn, whenOff }: { pointer: string; label: string; usual: boolean; whenOn?: Json; whenOff?: Json }) {
  const value = get(request.value, pointer);
  const on = value === undefined || value === null ? usual : value !== false && value !== 'false' && value !== 'none' && value !== '';
  const change = (checked: boolean): void => edit(pointer, checked === usual ? undefined : checked ? (whenOn ?? true) : (whenOff ?? false));
  return (
    <div class="field check">
      <label><input type="checkbox" {...marks(pointer)} checked={on} onChange={({ currentTarget }) => change(currentTarget.checked)} /> <span>{label}</span></label>
      <Problems pointer={pointer} />
    </div>
  );
}

export interface Tab<Name extends string> { name: Name; label: string; icon?: IconName }

// Tabs by the WAI-ARIA pattern: one tab is in the tab order, arrow keys go to the others (roving tabindex).
export function Tabs<Name extends string>({ tabs, chosen, choose, label, panel, className = '' }: { tabs: Tab<Name>[]; chosen: Name; choose: (name: Name) => void; label: string; panel: string; className?: string }) {
  const go = (event: KeyboardEvent, index: number): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(index + by + tabs.length) % tabs.length];
    if (by === 0 || !next) return;
    event.preventDefault();
    choose(next.name);
    const bar = (event.currentTarget as HTMLElement).parentElement;
    requestAnimationFrame(() => bar?.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
  };
  return (
    <div role="tablist" aria-label={label} class={`tabs ${className}`}>
      {tabs.map(({ name, label: words, icon }, index) => (
        <button type="button" role="tab" key={name} id={`${panel}-tab-${name}`} aria-selected={name === chosen} aria-controls={panel} tabIndex={name === chosen ? 0 : -1}
          onClick={() => choose(name)} onKeyDown={(event) => go(event, index)}>
          {icon && <Icon name={icon} />}<span>{words}</span>
        </button>
      ))}
    </div>
  );
}
